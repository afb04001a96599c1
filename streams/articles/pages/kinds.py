"""What each line of a page may be, from its features alone: prose, a title, a heading, a mark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streams.articles.outlets import Outlets
from streams.articles.pages.characters import COUNTS
from streams.articles.pages.features import Matrix, column, word_counts
from streams.articles.pages.page_lines import PageLines
from streams.articles.pages.words import WORD_COUNTS
from streams.compiled import kernel

Mask = NDArray[np.bool_]
_TITLE_WORDS = (3, 32)
TITLE_CHARACTERS = 230
_RULE_CHARACTERS, _NAME_CHARACTERS = 80, 40
_SENTENCE_WORDS, _CASED_WORDS, _HEADING_WORDS = 6, 8, 14
# Closing quotation marks and what opens them, besides the same mark; what stands before one.
_QUOTES, _QUOTED_ENDS = {'"': "“", "”": "“", "»": "«", "“": "„"}, ("!", "?", ",")
_QUOTE_MARKS = "\"”“»«’'"
# Between two paragraphs: a short sentence, or one that happens to use a word of promotion.
_SHORT_WORDS, _PROMOTED_WORDS = 2, 12
_PARAGRAPH_WORDS, _OPEN_PARAGRAPH_WORDS = 8, 20


@dataclass(frozen=True, slots=True)
class Kinds:
    """Masks over the lines of a page; `words` counts them (0.6 a character of Chinese)."""

    words: NDArray[np.float64]
    prose: Mask
    paragraph: Mask  # prose, and what reads like it among prose: lists of names, short sentences
    title: Mask
    stories: Mask
    comments: Mask
    noise: Mask  # furniture, promotion, captions: never title, source or body
    separator: Mask
    marked: Mask  # a heading, a number or bold type
    interstitial: Mask  # `Read also: ...`
    dated: Mask  # short, with a time
    may_time: Mask  # with what a printed time needs
    sentences: NDArray[np.float64]


def kinds_of(page: PageLines, features: Matrix, outlets: Outlets) -> Kinds:
    """Sort the lines of a page; `features` are theirs, row by row."""
    words, length = word_counts(features), page.characters[COUNTS.index("length")]
    ends_open = page.characters[COUNTS.index("ends_open")] > 0
    quoted = page.characters[COUNTS.index("ends_quoted")] > 0
    for at in quoted.nonzero()[0].tolist():
        ends_open[at] = _ends_quotation(page.lines[at].text)
    named, low, domains = np.zeros(len(words), dtype=np.bool_), page.low, outlets.domains
    short = (length < _NAME_CHARACTERS).nonzero()[0].tolist()
    named[[at for at in short if low[at] in domains]] = True
    first = np.empty((len(_FIRST), len(words)), dtype=np.bool_)
    _put_first(features, words, length, ends_open, named, _rules(page), first)
    if (doubtful := first[_FIRST.index("doubtful")]).any():
        spared = _spared_titles(page.low, doubtful, *(first[_FIRST.index(n)] for n in _TELLING))
    else:
        spared = doubtful
    masks = np.empty((len(_MASKS), len(words)), dtype=np.bool_)
    _put_masks(features, words, ends_open, first, spared, masks)
    found = dict(zip(_MASKS, masks, strict=True))
    return Kinds(
        words=words, may_time=page.words.may_time, sentences=features[:, _ENDS] * 3, **found
    )


# In the order in which the loops below write them.
_FIRST = (
    "opens", "promoted", "caption", "furniture", "interstitial", "prose", "dated", "marked",
    "separator", "sized", "doubtful", "cased", "meta",
)  # fmt: skip
_MASKS = (
    "prose", "paragraph", "title", "stories", "comments", "noise", "separator", "marked",
    "interstitial", "dated",
)  # fmt: skip
_TELLING = ("meta", "marked", "opens", "cased", "prose")  # what a title that reads like prose is by
(
    _LOWER, _STOP, _ENDS, _CJK, _TERMINAL, _PROMOTED, _STORIES, _COMMENTS, _CAPTION, _AGO,
    _FURNITURE, _INTERSTITIAL, _TIME, _HEADING, _NUMBERED, _STRONG,
) = map(column, (
    "lower", "stop", "ends", "cjk", "terminal", "promo_many", "opens_stories", "opens_comments",
    "caption_form", "ago", "furniture", "interstitial", "time", "heading", "numbered", "strong",
))  # fmt: skip


@kernel
def _put_first(
    features: Matrix,
    words: NDArray[np.float64],
    length: NDArray[np.float64],
    ends_open: Mask,
    named: Mask,
    rules: Mask,
    out: Mask,
) -> None:
    """What each line is at first sight."""
    for at in range(len(words)):
        own, count = features[at], words[at]
        ends, promotion, terminal = own[_ENDS] * 3, own[_PROMOTED] * 3, own[_TERMINAL] > 0
        opens = (own[_STORIES] > 0 or own[_COMMENTS] > 0) and count < _HEADING_WORDS
        promoted = promotion >= 1 and count < 30 * promotion
        # `via Reuters, 2 hours ago` is no caption.
        caption = own[_CAPTION] > 0 and count < 40 and not own[_AGO] > 0
        furniture = own[_FURNITURE] > 0 and count < 25
        interstitial = own[_INTERSTITIAL] > 0 and count < 40
        noise = furniture or promoted or caption
        long_prose = count >= 20 and (own[_LOWER] > 0.45 or own[_CJK] > 0.3)
        long_prose = long_prose and (ends > 0 or count >= 45)
        short_prose = count >= 8 and terminal and own[_LOWER] > 0.4 and own[_STOP] / 2 > 0.15
        prose = (long_prose or short_prose) and not (noise or opens or interstitial)
        dated = (own[_TIME] > 0 or own[_AGO] > 0) and count <= 14
        marked = own[_HEADING] > 0 or own[_NUMBERED] > 0 or own[_STRONG] > 0
        sized = _TITLE_WORDS[0] <= count <= _TITLE_WORDS[1] and length[at] < TITLE_CHARACTERS
        sized = sized and not opens and not rules[at]
        sentence = count >= _SENTENCE_WORDS
        doubtful = sized and (
            (prose and count <= 25 and ends <= 2)
            or (furniture and not promoted and not dated and sentence)
            or (not prose and not noise and ends_open[at] and count <= 25 and sentence)
        )
        cased = not prose and ends_open[at] and own[_LOWER] < 0.35 and count >= _CASED_WORDS
        meta = (dated or named[at]) and not prose
        values = (
            opens, promoted, caption, furniture, interstitial, prose, dated, marked, rules[at],
            sized, doubtful, cased, meta,
        )  # fmt: skip
        for n in range(len(values)):
            out[n, at] = values[n]


@kernel
def _put_masks(
    features: Matrix,
    words: NDArray[np.float64],
    ends_open: Mask,
    first: Mask,
    spared: Mask,
    out: Mask,
) -> None:
    """What each line is when it is known which sentences are titles."""
    may_be = np.empty(len(words), dtype=np.bool_)
    for at in range(len(words)):
        own, count, terminal = features[at], words[at], features[at, _TERMINAL] > 0
        opens, promoted, caption, furniture, interstitial, prose = first[:6, at]
        dated, marked, separator, sized = first[6:10, at]
        prose = prose and not spared[at]
        noise = (furniture or promoted or caption) and not spared[at]
        title = sized and not prose and not noise and (not ends_open[at] or spared[at])
        paragraph = prose or (
            not (title or noise or opens or interstitial or separator or dated)
            and count >= (_PARAGRAPH_WORDS if terminal else _OPEN_PARAGRAPH_WORDS)
        )
        promotion = own[_PROMOTED] * 3
        short = (not noise and count >= _SHORT_WORDS) or (
            promoted and not furniture and count >= _PROMOTED_WORDS * promotion
        )
        may_be[at] = short and terminal and not (title or opens or caption or prose)
        brief = count < _HEADING_WORDS
        values = (
            prose, paragraph, title, own[_STORIES] > 0 and brief, own[_COMMENTS] > 0 and brief,
            noise, separator, marked, interstitial, dated,
        )  # fmt: skip
        for n in range(len(values)):
            out[n, at] = values[n]
    _put_between(out[0], may_be, out[1])


@kernel
def _put_between(prose: Mask, may_be: Mask, paragraph: Mask) -> None:
    """Of the lines that `may_be`, those are paragraphs that have nothing else between them and
    prose on either side."""
    start, count = 0, len(prose)
    while start < count:
        end = start
        while end < count and may_be[end]:
            end += 1
        if end > start and start > 0 and end < count and prose[start - 1] and prose[end]:
            paragraph[start:end] = True
        start = end + 1


def _rules(page: PageLines) -> Mask:
    """Lines that begin without a letter or figure, however long they are."""
    rules: Mask = page.words.counts[WORD_COUNTS.index("words")] == 0
    longer = page.characters[COUNTS.index("length")] > _RULE_CHARACTERS
    for at in (longer & ~rules).nonzero()[0].tolist():
        text = page.lines[at].text
        if not text[0].isalnum() and not any(map(str.isalnum, text[:_RULE_CHARACTERS])):
            rules[at] = True
    return rules


def _ends_quotation(text: str) -> bool:
    """Whether a line that ends in a quotation mark ends as sentences do and titles do not: in a
    full stop inside of it, or in a quotation that an earlier line began."""
    mark = text[-1]
    before = text.rstrip(_QUOTE_MARKS)[-1:]
    return before == "." or (
        before in _QUOTED_ENDS and text.count(mark) % 2 == 1 and _QUOTES[mark] not in text
    )


def _spared_titles(
    low: Sequence[str],
    doubtful: Mask,
    meta: Mask,
    marked: Mask,
    opens: Mask,
    cased: Mask,
    prose: Mask,
) -> Mask:
    """Titles that read like prose or furniture: whole sentences, quoted, asking, `Watch how ...`.

    They stand there twice, in bold type, beside a source or time, or under a heading. `cased`: in
    capitals, word by word.
    """
    spared = np.zeros(len(low), dtype=np.bool_)
    above, below = _beside(meta), _beside(meta[::-1])[::-1]
    below[:-1] &= ~opens[1:]
    for at in doubtful.nonzero()[0].tolist():
        text = low[at]
        first = max(0, at - 6)
        near = low[first : at + 7]
        twins = [at]
        if near.count(text) > 1:
            twins = [other for other, line in enumerate(near, first) if line == text]
        if text[-1] == "." and prose[twins[0] + 1 : twins[-1]].any():
            twins = [at]  # a sentence that a box beside the text repeats
        open_end = text.rstrip(_QUOTE_MARKS)[-1:] != "." or text.endswith("...")
        if (
            len(twins) > 1
            or marked[at]
            or (above[at] and below[at])
            or (above[at] and cased[at])
            or (open_end and (above[at] or below[at] or (at > 0 and opens[at - 1])))
        ):
            for twin in (at, *twins):
                spared[twin] = True
    return spared


def _beside(mask: Mask) -> Mask:
    """Whether one of the two lines above each is in the mask."""
    beside = np.zeros_like(mask)
    beside[1:] = mask[:-1]
    beside[2:] |= mask[:-2]
    return beside
