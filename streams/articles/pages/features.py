"""Lines of a page -> a matrix: what each line looks like, in numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from streams.articles.pages.characters import character_counts
from streams.articles.pages.lines import Line
from streams.articles.pages.vocabulary import KINDS, phrase_kinds, word_kinds

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64] | NDArray[np.bool_]

_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)?|\n")
_TIME = re.compile(
    r"""\d{1,2}:\d\d
    | (?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}
    | \d{1,2}[-/.]\d{1,2}[-/.](?:19|20)?\d\d
    | \d{1,2}(?:st|nd|rd|th|\.)?\ [a-zа-яéûç]{3,10}\.?,?\ (?:19|20)\d\d
    | [a-z]{3,9}\.?\ \d{1,2}(?:st|nd|rd|th)?,?\ (?:19|20)\d\d
    | \d{4}年 | \d{1,2}月""",
    re.VERBOSE,
)
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


def features_of(lines: Sequence[Line]) -> Matrix:
    """-> float64 of shape (lines, len(NAMES)), every value a multiple of 1/64 within [-8, 8]."""
    count = len(lines)
    text = "\n".join([line.text for line in lines]) + "\n"
    lower_text = text.lower()
    chars = character_counts(text)
    words, kinds = _word_counts(lower_text, count)
    lowered = [line.text.lower() for line in lines]
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
    bare = [low.strip(_EDGES) for low in lowered]
    repeated = Counter(bare)
    flags = [
        _flags(line, low, repeated[key], count, figures > 0, captions > 0)
        for line, low, key, count, figures, captions in zip(
            lines,
            lowered,
            bare,
            words.tolist(),
            chars["digit"].tolist(),
            kinds["caption"].tolist(),
            strict=True,
        )
    ]
    array = np.array(flags, dtype=np.float64)
    for n, name in enumerate(_FLAGS):
        put(name, array[:, n])
    out[:-1, _AT["before_blank"]] = out[1:, _AT["after_blank"]]
    out[-1:, _AT["before_blank"]] = 1
    prose = (lower >= 0.35) & (stop >= 0.15) & ((chars["end"] > 0) | (words >= 25)) & (words >= 8)
    put("prose", prose)
    return np.round(out * 64) / 64


_EDGES = " .:•-–|"
_FLAGS = (
    "terminal", "closed", "starts_quote", "bullet", "heading", "numbered", "strong",
    "after_blank", "twice", "often", "time", "ago", "caption_form", "starts_lower",
    "opens_stories", "opens_comments", "furniture", "interstitial", "capital", "colon",
    "address",
)  # fmt: skip
_CLOSING = frozenset(".!?…。！？؟।")
_BRACKETS = frozenset("”\"»’')]）」")
_QUOTES = frozenset("“\"„«‘「'")


def _flags(
    line: Line, low: str, times: int, words: float, digits: bool, captions: bool
) -> tuple[float, ...]:
    text = line.text
    first, last = text[0], text[-1]
    closed = last in _BRACKETS
    short = len(text) < 240
    kind = phrase_kinds(low) if words < 15 else frozenset()
    return (
        last in _CLOSING or (closed and text[-2:-1] in _CLOSING),
        closed,
        first in _QUOTES,
        line.bullet,
        line.heading,
        line.numbered,
        line.strong,
        line.after_blank,
        times == 2,
        times > 2,
        short and digits and _TIME.search(low) is not None,
        len(text) < 120 and (digits or "ago" in low) and _AGO.search(low) is not None,
        len(text) < 500
        and (captions or "source" in low or "getty" in low)
        and _CAPTION.search(low) is not None,
        first.islower(),
        "stories" in kind,
        "comments" in kind,
        "furniture" in kind,
        "interstitial" in kind,
        first.isupper(),
        last in ":：",
        "http" in low or "www." in low or "@" in low,
    )


def _word_counts(
    text: str, count: int
) -> tuple[NDArray[np.float64], dict[str, NDArray[np.float64]]]:
    """-> (words in each line, words of each kind in each line)."""
    table = word_kinds()
    newline = 1 << len(KINDS)
    marks = np.array([table.get(token, 0) for token in _TOKEN.findall(text)], dtype=np.int32)
    ends = marks == newline
    line_of = np.cumsum(ends) - ends
    every = np.bincount(line_of, minlength=count)[:count].astype(np.float64) - 1
    found = marks != 0
    marks, line_of = marks[found], line_of[found]
    return every, {
        kind: np.bincount(line_of[(marks >> n & 1).astype(bool)], minlength=count)[:count].astype(
            np.float64
        )
        for n, kind in enumerate(KINDS)
    }
