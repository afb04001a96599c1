"""Lines of a page -> a matrix of features: what each line looks like."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from streams.articles.languages import any_of, forms, words_of_all
from streams.articles.pages.characters import COUNTS
from streams.articles.pages.measures import MEASURES, measures_of
from streams.articles.pages.page_lines import PageLines
from streams.articles.pages.vocabulary import KINDS, phrase_kinds
from streams.articles.pages.words import WORD_COUNTS

Matrix = NDArray[np.float64]

_LEAST_DIGITS = 3  # of any time but one in months
# Each begins with a figure, so that a search goes from figure to figure; further figures before or
# after it change nothing.
_TIME = re.compile(
    r"""\d(?::\d\d
    | (?:(?<=1)9|(?<=2)0)\d\d[-/.]\d{1,2}[-/.]\d
    | [-/.]\d{1,2}[-/.]\d\d
    | (?:st|nd|rd|th|\.)?\ [a-zа-яéûç]{3,10}\.?,?\ (?:19|20)\d\d
    | \d{3}年 | 月)""",
    re.VERBOSE,
)
_MONTH_FIRST = re.compile(r"[a-z]{3,9}\.? \d{1,2}(?:st|nd|rd|th)?,? (?:19|20)\d\d")
_YEARS = (" 19", " 20")
_AGO = re.compile("|".join((
    *(rf"\b(?:\d+|{of['one']}) ?(?:{of['units_unspaced']}) (?:{of['ago']})\b"
      for of in forms("page_ago", "one", "units_unspaced", "ago")),
    rf"\b(?:{any_of('page_ago', 'before')}) \d+",
    *(rf"\d+ (?:{of['units']}) (?:{of['ago']})" for of in forms("page_ago", "units", "ago")),
    *(rf"\d+ ?(?:{of['units_unspaced']})(?:{of['ago_unspaced']})"
      for of in forms("page_ago", "units_unspaced", "ago_unspaced")),
)))  # fmt: skip
_FILE, _LABEL, _BY, _BETWEEN, _CREDITED, _PICTURES, _IN_THIS = (
    f"(?:{any_of('page_captions', name)})"
    for name in ("file", "label", "by", "between", "credit", "pictures", "in_this")
)
_CAPTION = re.compile(
    rf"(?:{_FILE} )?(?:{any_of('page_captions', 'opens')}) ?(?:{_BY}|:|/|{_CREDITED})"
)
_CREDIT = re.compile(
    rf"""[(\[|/](?:\ ?(?:
        {_LABEL}\ ?(?::|{_BETWEEN}\ |{_CREDITED}|/)
        | (?:ap|afp|reuters|epa|getty|dpa)\ ?(?:{any_of("page_captions", "of_agency")}|/)
        | (?:{any_of("page_captions", "via")})\ (?:getty|ap|reuters))
    | (?<=/)(?:ap|afp|reuters|getty\ images|epa|shutterstock|bloomberg|tns|dpa)\b)""",
    re.VERBOSE,
)
# Only for lines with one of the marks: a search for a word boundary stops at each.
_PICTURE = re.compile(
    rf"\b{_FILE} {_PICTURES}\b|\bgetty images\b|\b{_IN_THIS} .{{0,40}}\b{_PICTURES}\b"
)
_PICTURE_MARKS = (
    "getty images",
    *(f"{word} " for name in ("file", "in_this") for word in words_of_all("page_captions", name)),
)

NAMES = (
    "bias", "words", "words_log", "is_8", "is_20", "is_45", "lower", "upper", "stop", "ends",
    "terminal", "closed", "comma", "digit", "quote", "starts_quote", "bar", "cjk", "kana",
    "loud", "bullet", "heading", "numbered", "strong", "after_blank", "before_blank", "twice",
    "often", "time", "ago", "caption_form", "starts_lower",
    *(f"word_{kind}" for kind in KINDS if kind != "stop"), "promo_many", "opens_stories",
    "opens_comments", "furniture", "interstitial", "capital", "colon", "address", "prose",
)  # fmt: skip
_AT = {name: n for n, name in enumerate(NAMES)}


def column(name: str) -> int:
    """The place of a feature in a row."""
    return _AT[name]


def word_counts(features: Matrix) -> NDArray[np.float64]:
    """-> the words of each line: 0.6 a character of Chinese."""
    counts: NDArray[np.float64] = np.exp2(features[:, _AT["words_log"]] * 3) - 1
    return counts


def features_of(page: PageLines) -> Matrix:
    """-> float64 of shape (lines, len(NAMES)), every value a multiple of 1/64 within [-8, 8]."""
    measures = measures_of(page.characters, page.words.counts)
    out = np.zeros((len(page.lines), len(NAMES)))
    out[:, _MEASURED] = measures
    out[:, _MARKED] = page.marks
    out[:, _REPEATED] = page.repeats[:2].T
    _put_matches(out, page)
    _put_phrases(out, page)
    out[:-1, _AT["before_blank"]] = out[1:, _AT["after_blank"]]
    out[-1:, _AT["before_blank"]] = 1
    return out


_MEASURED = [_AT[name] for name in MEASURES]
_MARKED = [_AT[name] for name in ("after_blank", "bullet", "heading", "numbered", "strong")]
_REPEATED = [_AT[name] for name in ("twice", "often")]
_PHRASE_WORDS = 15
_PHRASES = {
    "stories": "opens_stories",
    "comments": "opens_comments",
    "furniture": "furniture",
    "interstitial": "interstitial",
}
_ADDRESS_MARKS = ("http", "www.", "@")


def _put_matches(out: Matrix, page: PageLines) -> None:
    """Times, captions and addresses: searched for only in lines that may have one."""
    low = page.low
    length, digits = (page.characters[COUNTS.index(name)] for name in ("length", "digit"))
    ago, number_ago, caption, credit = (
        page.words.counts[WORD_COUNTS.index(name)] > 0
        for name in ("ago", "number_ago", "caption", "credit")
    )

    def lines_with(*marks: str) -> NDArray[np.bool_]:
        text, found = page.low_text, np.zeros(len(low), dtype=np.bool_)
        for mark in marks:
            line, end, at = 0, 0, text.find(mark)
            while at >= 0:
                line += text.count("\n", end, at)
                found[line] = True
                end = text.find("\n", at)
                at = text.find(mark, end)
        return found

    def put_found(name: str, may_be: NDArray[np.bool_], found: Callable[[str], object]) -> None:
        for at in np.flatnonzero(may_be).tolist():
            if found(low[at]):
                out[at, _AT[name]] = 1

    put_found("time", (length < 240) & ((digits >= _LEAST_DIGITS) | lines_with("月")), _has_time)
    put_found(
        "ago",
        (length < 120) & (ago | ((digits > 0) & (number_ago | lines_with("前")))),
        _AGO.search,
    )
    put_found("caption_form", (length < 500) & (caption | credit), _is_caption)
    out[:, _AT["address"]] = lines_with(*_ADDRESS_MARKS)


def _has_time(low: str) -> bool:
    if _TIME.search(low):
        return True
    return (" 19" in low or " 20" in low) and _MONTH_FIRST.search(low) is not None


def _is_caption(low: str) -> bool:
    if _CAPTION.match(low) or _CREDIT.search(low):
        return True
    return any(mark in low for mark in _PICTURE_MARKS) and _PICTURE.search(low) is not None


def _put_phrases(out: Matrix, page: PageLines) -> None:
    short = out[:, _AT["words"]] < _PHRASE_WORDS / 40
    for at in np.flatnonzero(short & page.words.opens_phrase).tolist():
        for kind in phrase_kinds(page.low[at]):
            out[at, _AT[_PHRASES[kind]]] = 1
