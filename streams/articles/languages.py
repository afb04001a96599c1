"""The words of languages that echowire knows: one file each, `data/languages/xx.toml`.

A new language is one new file. Every file may have the tables named in `TABLES` and no others;
`en.toml` says what each means.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_UNITS = ("second", "minute", "hour", "day", "week", "month", "year")
# Table -> its lists of words. If a phrase is in two lists of a table, the first one counts.
TABLES: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "page_words": (
        "stop", "person", "promotion", "sharing", "navigation", "comment", "caption", "byline",
        "calendar", "ago", "number_ago", "credit",
    ),
    "page_ago": ("before", "one", "units", "units_unspaced", "ago", "ago_unspaced"),
    "page_captions": (
        "file", "opens", "label", "by", "between", "credit", "pictures", "in_this", "of_agency",
        "via",
    ),
    "page_phrases": ("stories", "comments", "furniture", "interstitial"),
    "walls": (
        "paywall", "consent", "bot", "script", "login", "region", "error", "newsletter",
    ),
    "reader_requests": ("before", "openings", "objects"),
    "page_headers": (
        "by", "source", "time", "reading_time", "own_line", "updated", "first_published", "of",
    ),
    "page_bylines": (
        "before_by", "by", "by_unspaced", "label", "reporter", "ends", "furniture", "and",
    ),
    "credits": (
        "between", "opens", "dated", "staff", "pictures", "with", "behind_with", "articles",
        "in_datelines", "correspondents", "correspondent_marks", "reported_by",
    ),
    "credit_lines": ("labels", "words", "sentences"),
    "citations": ("before", "between", "after", "after_unspaced"),
    "photo_credits": ("near", "before", "file", "after", "after_beginnings"),
    "copyrights": ("copyright", "by", "the"),
    "contributions": (
        "with", "additional", "agency", "material", "including", "included", "added", "from", "by",
        "hints", "contributed", "writers",
    ),
    "desks": ("reporting", "editing"),
    "boilerplate": ("beginnings", "footers"),
    "server_answers": (
        "error", "said", "whole", "whole_before_signs", "openings", "openings_of_lines",
    ),
    "takes": ("marks", "numbered", "in_brackets", "in_brackets_numbered"),
    "frames": ("function_words",),
    "months": _MONTHS,
    "months_in_dates": _MONTHS,
    "weekdays": (
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
    ),
    "dates": (
        "pm", "am", "midday", "night", "noon", "midnight", "o_clock", "between", "month", "year",
        "eras", "day_first",
    ),
    "units": _UNITS,
    "units_unspaced": _UNITS,
    "printed_times": (
        "one", "before", "ago", "ago_unspaced", "alone", "yesterday", "today", "now", "at",
    ),
})  # fmt: skip
_CODE = re.compile(r"[a-z]{2,3}")

Words = Mapping[str, tuple[str, ...]]  # language -> its words of one list


class LanguageFileError(ValueError):
    """A language's file has a table or list that nothing reads, or entries that are not words."""


def words_by_language(table: str, name: str) -> Words:
    """The list `name` of a table, by language in the order of their codes."""
    return _tables()[table, name]


def words_of_all(table: str, name: str) -> tuple[str, ...]:
    """The list `name` of a table in all languages, each word once."""
    of_all = (word for words in words_by_language(table, name).values() for word in words)
    return tuple(dict.fromkeys(of_all))


def any_of(table: str, name: str) -> str:
    """The list `name` of all languages as alternatives of a regular expression, without brackets.

    Longer ones come first; a space matches one or more.
    """
    return _alternatives(words_of_all(table, name))


def forms(table: str, *needed: str) -> list[dict[str, str]]:
    """The lists of a table as by `any_of`, for each language alone that has the needed ones.

    A list that a language lacks matches nothing.
    """
    lists = {name: words_by_language(table, name) for name in TABLES[table]}
    return [
        {
            name: _alternatives(words[code]) if code in words else "(?!)"
            for name, words in lists.items()
        }
        for code in lists[needed[0]]
        if all(code in lists[name] for name in needed)
    ]


def _alternatives(words: Iterable[str]) -> str:
    longest_first = sorted(words, key=len, reverse=True)
    return "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in longest_first)


def places(*tables: str) -> Iterator[tuple[str, int]]:
    """(word, place of its list in its table) of tables with the same lists, in all languages.

    The places of `months` are 0 for January to 11, those of `weekdays` 0 for Monday to 6.
    """
    for table in tables:
        for place, name in enumerate(TABLES[table]):
            yield from ((word, place) for word in words_of_all(table, name))


def meanings(said: Iterable[tuple[str, int]]) -> tuple[dict[str, int], frozenset[str]]:
    """-> (words with one meaning in all languages, those with several)."""
    one: dict[str, int] = {}
    several = set()
    for word, meaning in said:
        if one.setdefault(word, meaning) != meaning:
            several.add(word)
    sure = {word: meaning for word, meaning in one.items() if word not in several}
    return sure, frozenset(several)


def read_language(code: str, text: str) -> dict[tuple[str, str], tuple[str, ...]]:
    """The lists of one language's file, by table and list.

    A list is an array of strings, or one string of words separated by spaces. Raises
    LanguageFileError.
    """
    where = f"languages/{code}.toml"
    if not _CODE.fullmatch(code):
        raise LanguageFileError(
            f"{where}: expected a file named by an ISO 639 code in small letters"
        )
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise LanguageFileError(f"{where}: {error}") from error
    lists = {}
    for table, entries in tables.items():
        known = TABLES.get(table)
        if known is None or not isinstance(entries, dict):
            raise LanguageFileError(
                f"{where}: expected the tables {', '.join(TABLES)}; got {table}"
            )
        for name, words in entries.items():
            if name not in known:
                raise LanguageFileError(f"{where}: [{table}] has {', '.join(known)}; got {name}")
            lists[table, name] = _checked(words, f"{where}: {table}.{name}")
    return lists


def _checked(words: object, where: str) -> tuple[str, ...]:
    listed: Iterable[object] = words.split() if isinstance(words, str) else ()
    if isinstance(words, list):
        listed = words
    checked = tuple(word for word in listed if isinstance(word, str) and word.strip())
    if not checked or len(checked) != len(tuple(listed)):
        raise LanguageFileError(f"{where}: expected words, got {words!r}")
    return checked


@lru_cache(maxsize=1)
def _tables() -> dict[tuple[str, str], dict[str, tuple[str, ...]]]:
    folder = files("streams.articles") / "data" / "languages"
    found: dict[tuple[str, str], dict[str, tuple[str, ...]]] = {
        (table, name): {} for table, names in TABLES.items() for name in names
    }
    for path in sorted(folder.iterdir(), key=lambda path: path.name):
        code = path.name.removesuffix(".toml")
        for key, words in read_language(code, path.read_text(encoding="utf-8")).items():
            found[key][code] = words
    return found
