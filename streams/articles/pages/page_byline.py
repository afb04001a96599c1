"""Who wrote an HTML page's story: names only."""

from __future__ import annotations

import re
from collections.abc import Sequence

from streams.articles.languages import TABLES, any_of
from streams.articles.pages.page_title import key

BY = re.compile(
    rf"\W*(?:(?:(?:{any_of('page_bylines', 'before_by')}) )?(?:{any_of('page_bylines', 'by')})\s+"
    rf"|(?:{any_of('page_bylines', 'label')})\s*[:：/／]\s*"
    rf"|(?:{any_of('page_bylines', 'by_unspaced')})\s*)",
    re.IGNORECASE,
)
_LABEL = re.compile(
    rf"\W*(?:(?:(?:{any_of('page_bylines', 'before_by')}) )?(?:{any_of('page_bylines', 'by')})"
    rf"|(?:{any_of('page_bylines', 'label')}))\W*",
    re.IGNORECASE,
)
_LONGEST_LABEL = 30
# `김철수 기자`, `記者 山田太郎`: without a sign between, but short and by itself.
_REPORTER = re.compile(
    r"(?P<name>{0})\s?(?:{1})|(?:{1})\s?(?P<behind>{0})".format(
        "[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]{2,6}", any_of("page_bylines", "reporter")
    )
)
_BEHIND_DATE = re.compile(
    rf"(?:19|20)\d\d\W+(?:{any_of('page_bylines', 'by')})\s+(?=[^\W\d_])", re.IGNORECASE
)
_LONGEST_LINE = 100
_PIECES = re.compile(r"\s*[|·•=/／,]\s*|\s{2,}|\s*[(\[].*")
_MONTHS, _WEEKDAYS = (
    "|".join(any_of(table, name) for name in TABLES[table]) for table in ("months", "weekdays")
)
# `Ana Berg Thursday, March 12, 2026`, but not `Brian May 3 days ago`
_DATE = re.compile(
    rf"[\s,]+(?:(?:{_WEEKDAYS})\.?,?\s+)?(?:\d|(?:{_MONTHS})\.?\s+\d\d?,?\s+(?:19|20)\d\d\b)",
    re.IGNORECASE,
)
_ENDS = re.compile(
    r"\s*[|·•‧►▪»]\s*|\s+[-–—]+\s+|\s{2,}|\(|\[|\d|@|\bhttps?:"
    rf"|\s*,?\s+(?:{any_of('page_bylines', 'ends')})\b\s"
    rf"|\b(?:{any_of('page_bylines', 'furniture')})\b",
    re.IGNORECASE,
)
_MANY = re.compile(rf"\s*(?:,|;|&|\b(?:{any_of('page_bylines', 'and')})\b|、|，|\+)\s*(?=\S)")
_MAIL = re.compile(r"\(?[\w.+-]{1,60}@[\w.-]{1,60}\.\w{2,}\)?")
_NO_NAME = frozenset(
    "admin administrator editor editors staff webmaster guest anonymous team editorial newsroom "
    "redaktion redaction redacción redazione redactie author unknown none null user default "
    "content desk home by view all more posts share read comments reply subscribe author's "
    "wordpress superuser n/a na learn".split()
)
_LONGEST, _MOST_WORDS, _MOST_NAMES = 60, 7, 12
_PREFIXES = frozenset(
    "de da di del della van von der den la le el al bin ben dos du y and jr sr st mc o the editors "
    "staff team".split()
)


def is_label(line: str) -> bool:
    """Whether a line says that the next one names the author: `Written by`, `By:`, `Author`."""
    return len(line) <= _LONGEST_LABEL and _LABEL.fullmatch(line) is not None


def behind_date(text: str) -> str | None:
    """The byline in `Posted on March 2, 2026 by Ana Berg`."""
    found = _BEHIND_DATE.search(text) if len(text) <= _LONGEST_LINE else None
    return None if found is None else text[found.end() :]


def reporters_in(text: str) -> list[str]:
    """The names in a line of nothing but reporters, where their profession stands beside them."""
    if text.isascii():
        return []
    pieces = [piece for piece in _PIECES.split(_without_mail(text).strip()) if piece.strip()]
    found = [_REPORTER.fullmatch(piece.strip()) for piece in pieces]
    return [one["name"] or one["behind"] for one in found if one] if all(found) else []


def _without_mail(text: str) -> str:
    return _MAIL.sub(" ", text) if "@" in text else text


def names_in(text: str) -> list[str]:
    """The names of a byline: `By Ana Berg and Jo Lind | March 2` -> both. Nothing where the text
    holds no names."""
    if reporters := reporters_in(text):
        return reporters[:_MOST_NAMES]
    text = _without_mail(text)
    if by := BY.match(text):
        text = text[by.end() :]
    text = text.strip(" ,:|·•-–—\t")
    if any(map(str.isdecimal, text)):
        text = f"{_DATE.split(text, maxsplit=1)[0]} "  # `on ` ends a name
    text = _ENDS.split(text, maxsplit=1)[0].strip(" ,;:.|·•-–—")
    names = []
    for piece in _MANY.split(text):
        name = " ".join(piece.split()).strip(" .,:;'\"“”")
        if not is_name(name):
            break
        names.append(name)
    return names[:_MOST_NAMES]


def is_name(text: str) -> bool:
    """Whether this may be a person's name: a few words, each with a capital where its script has
    them."""
    words = text.split()
    if (
        not 1 <= len(words) <= _MOST_WORDS
        or len(text) > _LONGEST
        or not any(map(str.isalpha, text))
    ):
        return False
    if any(character.isdigit() for character in text) or text[-1] in "?!*":
        return False
    low = [word.lower().strip(".,") for word in words]
    if low[0] in _NO_NAME or all(word in _NO_NAME for word in low):
        return False
    return all(
        not word[0].islower() or low[n] in _PREFIXES or word[1:2] in ("'", "’")
        for n, word in enumerate(words)
        if word[0].isalpha()
    )


def stated_names(names: Sequence[str], sites: frozenset[str]) -> list[str]:
    """Names that the page's head states, without the site's own and anything that is not a name."""
    found: list[str] = []
    for name in names:
        text = _without_mail(name)
        if by := BY.match(text):
            text = text[by.end() :]
        # With plain blanks only: one of another kind, left between marks, would be all of a name.
        text = " ".join(text.split("|")[0].split()).strip(" ,;|·•-–—")
        low = text.lower()
        if not text or low in _NO_NAME or "://" in low or low.startswith(("www.", "http")):
            continue
        if len(text) > 200 or (key(text) in sites) or "." in text.split()[0][1:-1]:
            continue
        found.append(text)
    return list(dict.fromkeys(found))[:_MOST_NAMES]
