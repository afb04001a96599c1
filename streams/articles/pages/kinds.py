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

Mask = NDArray[np.bool_]
_TITLE_WORDS = (3, 32)
TITLE_CHARACTERS = 230
_RULE_CHARACTERS, _NAME_CHARACTERS = 80, 40
_SENTENCE_WORDS, _CASED_WORDS = 6, 8
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
    sentences: NDArray[np.float64]


def kinds_of(page: PageLines, features: Matrix, outlets: Outlets) -> Kinds:
    """Sort the lines of a page; `features` are theirs, row by row."""

    def flag(name: str) -> Mask:
        return features[:, column(name)] > 0

    words = word_counts(features)
    lower, stop = features[:, column("lower")], features[:, column("stop")] / 2
    ends, cjk = features[:, column("ends")] * 3, features[:, column("cjk")] > 0.3
    terminal = flag("terminal")
    promotion = features[:, column("promo_many")] * 3
    characters = page.characters[COUNTS.index("length")]
    ends_open = page.characters[COUNTS.index("ends_open")] > 0
    stories, comments = flag("opens_stories"), flag("opens_comments")
    opens = (stories | comments) & (words < 14)
    promoted = (promotion >= 1) & (words < 30 * promotion)
    caption = flag("caption_form") & (words < 40) & ~flag("ago")  # `via Reuters, 2 hours ago`
    furniture = flag("furniture") & (words < 25)
    interstitial = flag("interstitial") & (words < 40)
    noise = furniture | promoted | caption
    long_prose = (words >= 20) & ((lower > 0.45) | cjk) & ((ends > 0) | (words >= 45))
    short_prose = (words >= 8) & terminal & (lower > 0.4) & (stop > 0.15)
    prose = (long_prose | short_prose) & ~noise & ~opens & ~interstitial
    dated = (flag("time") | flag("ago")) & (words <= 14)
    named = np.array([low in outlets.domains for low in page.low]) & (characters < _NAME_CHARACTERS)
    separator = _rules(page)
    for at in [at for at, line in enumerate(page.lines) if line.text[-1] in _QUOTES]:
        ends_open[at] = _ends_quotation(page.lines[at].text)
    marked = flag("heading") | flag("numbered") | flag("strong")
    sized = (
        (words >= _TITLE_WORDS[0]) & (words <= _TITLE_WORDS[1]) & (characters < TITLE_CHARACTERS)
        & ~opens & ~separator
    )  # fmt: skip
    doubtful = sized & (
        (prose & (words <= 25) & (ends <= 2))
        | (furniture & ~promoted & ~dated & (words >= _SENTENCE_WORDS))
        | (~prose & ~noise & ends_open & (words <= 25) & (words >= _SENTENCE_WORDS))
    )
    cased = ~prose & ends_open & (lower < 0.35) & (words >= _CASED_WORDS)
    meta = (dated | named) & ~prose
    spared = _spared_titles(page.low, doubtful, meta, marked, opens, cased, prose)
    prose &= ~spared
    noise &= ~spared
    title = sized & ~prose & ~noise & (~ends_open | spared)
    paragraph = prose | (
        ~title & ~noise & ~opens & ~interstitial & ~separator & ~dated
        & (words >= np.where(terminal, _PARAGRAPH_WORDS, _OPEN_PARAGRAPH_WORDS))
    )  # fmt: skip
    short = ~noise & (words >= _SHORT_WORDS)
    short |= promoted & ~furniture & (words >= _PROMOTED_WORDS * promotion)
    paragraph |= _between(prose, short & terminal & ~title & ~opens & ~caption)
    return Kinds(
        words=words,
        prose=prose,
        paragraph=paragraph,
        title=title,
        stories=stories & (words < 14),
        comments=comments & (words < 14),
        noise=noise,
        separator=separator,
        marked=marked,
        interstitial=interstitial,
        dated=dated,
        sentences=ends,
    )


def _rules(page: PageLines) -> Mask:
    """Lines that begin without a letter or figure, however long they are."""
    rules: Mask = page.words.counts[WORD_COUNTS.index("words")] == 0
    longer = page.characters[COUNTS.index("length")] > _RULE_CHARACTERS
    for at in np.flatnonzero(longer & ~rules).tolist():
        text = page.lines[at].text
        rules[at] = not text[0].isalnum() and not any(map(str.isalnum, text[:_RULE_CHARACTERS]))
    return rules


def _between(prose: Mask, may_be: Mask) -> Mask:
    """Of the lines that `may_be`, those that have nothing else between them and prose on either
    side."""
    after, before = prose.copy(), prose.copy()
    places = np.flatnonzero(may_be & ~prose).tolist()
    for at in places:
        after[at] = at > 0 and after[at - 1]
    for at in reversed(places):
        before[at] = at + 1 < len(before) and before[at + 1]
    return after & before


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
    for at in map(int, np.flatnonzero(doubtful)):
        text = low[at]
        near = range(max(0, at - 6), min(len(low), at + 7))
        twins = [other for other in near if low[other] == text]
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
            spared[at] = True
            spared[twins] = True
    return spared


def _beside(mask: Mask) -> Mask:
    """Whether one of the two lines above each is in the mask."""
    beside = np.zeros_like(mask)
    beside[1:] = mask[:-1]
    beside[2:] |= mask[:-2]
    return beside
