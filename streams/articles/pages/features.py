"""Lines of a page -> a matrix: what each line looks like, in numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from streams.articles.pages.page_lines import PageLines
from streams.articles.pages.vocabulary import KINDS, phrase_kinds

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64] | NDArray[np.bool_]

_LEAST_DIGITS = 3  # of any time but one in months
# Each begins with a figure, so that a search goes from figure to figure; a second one before it and
# more behind it change nothing.
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
_AGO = re.compile(
    r"""\b(?:\d+|an?|one)\ ?(?:s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?
        |w|wks?|weeks?|mo|months?|y|yrs?|years?)\ ago\b
    | \b(?:vor|hace|il\ y\ a|há)\ \d+
    | \d+\ (?:часа?|часов|минут\w*|дн\w+)\ назад
    | \d+\ ?(?:分钟|小时|天|分|時間|日)前
    | \d+\ (?:jam|menit|hari)\ (?:lalu|yang\ lalu)
    | \d+\ (?:saat|dakika|gün)\ önce""",
    re.VERBOSE,
)
_CAPTION = re.compile(
    r"""^(?:file\ )?(?:photo|image|picture|foto|bild|crédit|credit)s?(?:graph)?\ ?(?:by|:|/|credit)
    | [(\[|/]\ ?(?:
        (?:image|photo|picture|credit|file|source|foto|bild|courtesy)s?\ ?
            (?::|by\ |credit|/|via\ |of\ )
        | (?:ap|afp|reuters|epa|getty|dpa)\ ?(?:photo|images?|/)
        | via\ (?:getty|ap|reuters))
    | /(?:ap|afp|reuters|getty\ images|epa|shutterstock|bloomberg|tns|dpa)\b
    | \bfile\ (?:photo|image|picture)\b
    | \bgetty\ images\b
    | \bin\ this\ .{0,40}\b(?:photo|image|picture)\b""",
    re.VERBOSE,
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


def features_of(page: PageLines) -> Matrix:
    """-> float64 of shape (lines, len(NAMES)), every value a multiple of 1/64 within [-8, 8]."""
    low, count = page.low, len(page.lines)
    chars, counted = page.characters, page.words.counts
    kinds, words = dict(zip(KINDS, counted, strict=False)), counted[-1]
    n_chars = np.maximum(chars["length"], 1)
    cjk_share = chars["cjk"] / n_chars
    # A character of Chinese is about .6 of a word.
    words = np.where(cjk_share > 0.3, np.maximum(1, chars["cjk"] * 0.6), words)
    per_word = 1 / np.maximum(words, 1)
    out = np.zeros((count, len(NAMES)))

    def put(name: str, values: Vector | float) -> None:
        out[:, _AT[name]] = values

    is_cjk = cjk_share > 0.3
    starts = np.maximum(chars["starts_lower"] + chars["starts_upper"], 1)
    lower = np.where(
        is_cjk,
        np.where((chars["end"] > 0) | (words > 35), 0.7, 0.3),
        chars["starts_lower"] / starts,
    )
    stop = np.where(
        is_cjk, np.where((chars["end"] > 0) & (words > 14), 0.4, 0.1), kinds["stop"] * per_word
    )
    put("bias", 1)
    put("words", np.minimum(words, 80) / 40)
    put("words_log", np.log2(words + 1) / 3)
    put("is_8", words >= 8)
    put("is_20", words >= 20)
    put("is_45", words >= 45)
    put("lower", lower)
    put("upper", chars["upper"] / np.maximum(chars["letter"], 1))
    put("stop", stop * 2)
    put("ends", np.minimum(chars["end"], 6) / 3)
    put("comma", np.minimum(chars["comma"], 8) / 4)
    put("digit", np.minimum(chars["digit"] / n_chars * 4, 2))
    put("quote", np.minimum(chars["quote"], 4) / 2)
    put("bar", np.minimum(chars["bar"], 6) / 3)
    put("cjk", cjk_share)
    put("kana", chars["kana"] / n_chars)
    put("loud", np.minimum(chars["loud"], 4) / 2)
    for kind in KINDS:
        if kind != "stop":
            put(f"word_{kind}", np.minimum(kinds[kind] * per_word * 2, 2))
    put("promo_many", np.minimum(kinds["promotion"], 6) / 3)
    for name in _EDGE_FLAGS:
        put(name, chars[name])
    put("starts_lower", chars["starts_lower_case"])
    marks = np.array([line[1:] for line in page.lines], dtype=np.bool_)
    for n, name in enumerate(("after_blank", "bullet", "heading", "numbered", "strong")):
        put(name, marks[:, n])
    _put_repeats(out, low)
    _put_matches(out, low, page.low_text, chars["length"], chars["digit"], kinds["caption"])
    _put_phrases(out, low, words)
    out[:-1, _AT["before_blank"]] = out[1:, _AT["after_blank"]]
    out[-1:, _AT["before_blank"]] = 1
    prose = (lower >= 0.35) & (stop >= 0.15) & ((chars["end"] > 0) | (words >= 25)) & (words >= 8)
    put("prose", prose)
    return np.round(out * 64) / 64


_EDGE_FLAGS = ("terminal", "closed", "starts_quote", "capital", "colon")
_EDGES = " .:•-–|"
_PHRASE_WORDS = 15
_PHRASES = {
    "stories": "opens_stories",
    "comments": "opens_comments",
    "furniture": "furniture",
    "interstitial": "interstitial",
}
# Without one of these a line has no match; looking for them is quick.
_AGO_WORDS = ("ago", "vor", "hace", "il y a", "há", "назад", "前", "lalu", "önce")
_ADDRESS_MARKS = ("http", "www.", "@")


def _put_repeats(out: Matrix, low: Sequence[str]) -> None:
    """Whether a line stands twice in the page, or more often."""
    bare = [line.strip(_EDGES) for line in low]
    repeated = Counter(bare)
    if len(repeated) < len(bare):
        times = np.array([repeated[key] for key in bare])
        out[:, _AT["twice"]] = times == 2
        out[:, _AT["often"]] = times > 2


def _put_matches(
    out: Matrix, low: Sequence[str], text: str, length: Vector, digits: Vector, captions: Vector
) -> None:
    """Times, captions and addresses: asked only of lines that may have one."""
    ends = np.cumsum([len(line) + 1 for line in low])

    def lines_with(marks: Sequence[str]) -> NDArray[np.bool_]:
        found = np.zeros(len(low), dtype=np.bool_)
        for mark in marks:
            at = text.find(mark)
            while at >= 0:
                line = ends.searchsorted(at, "right")
                found[line] = True
                at = text.find(mark, ends[line])
        return found

    def put_found(name: str, may_be: NDArray[np.bool_], pattern: re.Pattern[str]) -> None:
        for at in np.flatnonzero(may_be).tolist():
            if pattern.search(low[at]):
                out[at, _AT[name]] = 1

    dated = (digits >= _LEAST_DIGITS) | ((digits > 0) & lines_with(("月",)))
    timed = (length < 240) & dated
    put_found("time", timed, _TIME)
    others = timed & (out[:, _AT["time"]] == 0)
    if others.any():
        put_found("time", others & lines_with(_YEARS), _MONTH_FIRST)
    ago = lines_with(_AGO_WORDS)
    if ago.any():
        put_found("ago", (length < 120) & ago & ((digits > 0) | lines_with(("ago",))), _AGO)
    named = (captions > 0) | lines_with(("source", "getty"))
    put_found("caption_form", (length < 500) & named, _CAPTION)
    out[:, _AT["address"]] = lines_with(_ADDRESS_MARKS)


def _put_phrases(out: Matrix, low: Sequence[str], words: Vector) -> None:
    for at in np.flatnonzero(words < _PHRASE_WORDS).tolist():
        for kind in phrase_kinds(low[at]):
            out[at, _AT[_PHRASES[kind]]] = 1
