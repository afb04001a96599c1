"""What a credit line may contain besides agencies' names: `[credit_lines]` of the languages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from streams.articles.agency_table import Found
from streams.articles.languages import any_of, words_of_all

NAME = "\0"  # stands for each letter of an agency's name
_MARKS = r"\s\-–—=/|*,;:：&+(\[（【«\"“·•©'’"
_BRACKETED = re.compile(r"[(（\[【][^()（）\[\]【】\n]{0,90}[)）\]】]")
# What brackets after a name may contain: `(END)`, `(www.nan.example)`, `(AS - autor: Ana Berg)`.
_SHORT_BRACKET = re.compile(
    r"[(（\[【](?:[^()（）\[\]【】\n]{0,25}|[^()（）\[\]【】\n:：]{0,20}[:：][^()（）\[\]【】\n]{0,70})[)）\]】]"
)
_BRACKET = re.compile(r"[(（\[【]")
_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"[^\W\d_]+")
_MOST_INITIALS, _INITIALS_CHARACTERS = 6, 6
_MOST_BEHIND_CHARACTERS, _MOST_NUMBERS = 60, 7
_GLUED = re.compile(r"[-–]\d|\.\w|[<>=@]")  # `AA-3`, `<BOUY.PA>`


@dataclass(frozen=True, slots=True)
class CreditWords:
    """The words of all languages, compiled."""

    labelled: re.Pattern[str]  # a label and its colon, before the names
    lead: re.Pattern[str]  # marks and words that may stand between a sentence and a name
    around: frozenset[str]
    openings: tuple[str, ...]  # what may precede the name, whatever follows
    sentences: tuple[tuple[str, str], ...]  # what may precede it, and what must follow then
    lefts: tuple[str, ...]  # what may precede it in these


@lru_cache(maxsize=1)
def credit_words() -> CreditWords:
    """The table that comes with echowire."""
    around = frozenset(
        words_of_all("credit_lines", "labels") + words_of_all("credit_lines", "words")
    )
    either = "|".join(map(re.escape, sorted(around, key=len, reverse=True)))
    sentences = [
        (before.strip(), behind)
        for before, _, behind in (
            sentence.partition("…") for sentence in words_of_all("credit_lines", "sentences")
        )
    ]
    return CreditWords(
        labelled=re.compile(
            rf"(?:^|[\n.!?。”\"])\W*(?:{any_of('credit_lines', 'labels')})\s*[:：]+\s*-?",
            re.IGNORECASE,
        ),
        lead=re.compile(
            rf"(?:[{_MARKS}{NAME}]+|(?<![^\W\d_])(?:{either})(?![^\W\d_]))*+$", re.IGNORECASE
        ),
        around=around,
        openings=tuple(before for before, behind in sentences if not behind),
        sentences=tuple((before, behind) for before, behind in sentences if behind),
        lefts=tuple({before for before, behind in sentences if behind}),
    )


def masked(text: str, found: Sequence[Found]) -> str:
    """The text with `NAME` for each letter of an agency's name."""
    for name in found:
        text = f"{text[: name.start]}{NAME * (name.end - name.start)}{text[name.end :]}"
    return text


def only_agencies(line: str, found: Sequence[Found]) -> bool:
    """Whether a line consists of agencies' names, credit words and signs."""
    return bool(found) and not _others(masked(line, found))


def is_credit(line: str) -> bool:
    """Whether a masked line consists of names, credit words and initials."""
    within = _BRACKETED.findall(line)
    words = _others(line if any(NAME in text for text in within) else _BRACKETED.sub(" ", line))
    return NAME in line and all(map(_is_initial, words)) and len(words) <= _MOST_INITIALS


def is_over(behind: str) -> bool:
    """Whether only initials, dates, more names or brackets follow a name."""
    if _GLUED.match(behind):
        return False
    rest = _SHORT_BRACKET.sub(" ", behind) if _BRACKET.search(behind) else behind
    if len(rest.strip()) > _MOST_BEHIND_CHARACTERS or len(_NUMBER.findall(behind)) > _MOST_NUMBERS:
        return False
    return all(map(_is_initial, _others(rest)))


def is_list(inside: str) -> bool:
    """A few short names and nothing else."""
    words = _others(inside)
    return len(words) <= 7 and all(
        word[:1].isupper() or len(word) <= 4 or not word.isascii() for word in words
    )


def _others(text: str) -> list[str]:
    around = credit_words().around
    return [word for word in _WORD.findall(text) if word.lower() not in around]


def _is_initial(word: str) -> bool:
    """`ABC`, `ab`, `LOCAL`; in scripts without capitals words of a few letters."""
    if word.lower() == word.upper():
        return len(word) <= _INITIALS_CHARACTERS
    return len(word) <= 3 or (word.isupper() and len(word) <= _INITIALS_CHARACTERS)
