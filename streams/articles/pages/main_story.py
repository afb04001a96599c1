"""Which lines are the page's own story, by their probabilities; and which one is its title."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from streams.articles.pages.features import Matrix, column
from streams.articles.pages.header_forms import TIME_LABEL
from streams.articles.pages.kinds import Kinds
from streams.articles.pages.line_classifier import STORY_PROBABILITY
from streams.articles.pages.lines import Line
from streams.articles.pages.page_lines import PageLines
from streams.articles.pages.words import PageWords, shared_words
from streams.articles.printed_time import printed_time

Vector = NDArray[np.float64]

# A paragraph that adjoins the story, and one on a page where no line is likely.
_BESIDE_STORY, _BESIDE_CERTAIN, _UNLIKELY_STORY = 0.25, 0.1, 0.04
_PARAGRAPH_WORDS, _LONG_PARAGRAPH_WORDS, _LEAST_STORY_WORDS = 15, 40, 25
_HEAD_LINES, _PASSED_LINES = 3, 2
_REPEATED_WORDS = 4  # shorter lines may stand in a story twice
_LEAST_TITLE_WORDS, _BYLINE_WORDS = 4, 8
_HEADLINE_WORDS = 6
_SHARED_WITH_STORY = 0.5
_TITLES_ABOVE = 12
_LEAST_TEASERS, _TEASER_LINES, _ASKING_WORDS = 3, 4, 15
_FIRST_UNSPACED = "\u0e00"
_NAME = re.compile(r"(?:[^\W\d_][\w.'’-]*+[ ,/&]*+){1,8}")  # possessive: a long word has many parts


def story_lines(
    probabilities: Vector, kinds: Kinds, title: str | None, page: PageLines, *, certain: bool
) -> list[int]:
    """The story's lines, without its title and without repeated lines. Of key points and the
    sentences that they repeat, the sentences stay.

    `certain`: this is known to be a story, so the likeliest paragraphs are taken even if none is
    likely.
    """
    taken = probabilities >= STORY_PROBABILITY
    if certain and kinds.words[taken].sum() < _LEAST_STORY_WORDS:
        highest = probabilities[kinds.prose].max(initial=0.0)
        taken |= kinds.prose & (probabilities >= max(highest / 3, _UNLIKELY_STORY))
    _take_beside(taken, probabilities, kinds, _BESIDE_CERTAIN if certain else _BESIDE_STORY)
    seen: dict[str, int] = {title.strip().lower(): -1} if title else {}
    for at in map(int, np.flatnonzero(taken)):
        before = seen.setdefault(page.low[at], at)
        if before == at or kinds.words[at] <= _REPEATED_WORDS:
            continue
        if before >= 0 and page.lines[before].bullet and not page.lines[at].bullet:
            taken[before], seen[page.low[at]] = False, at
        else:
            taken[at] = False
    kept = list(map(int, np.flatnonzero(taken)))
    kept = _without_listed(_without_head(kept, kinds), page, kinds)
    kept = _without_headlines(kept, page.words, kinds)
    opens = kinds.comments | kinds.stories
    while kept and opens[kept[-1]]:  # what a heading opens is not told below it
        kept.pop()
    return kept


def _take_beside(
    taken: NDArray[np.bool_], probabilities: Vector, kinds: Kinds, least: float
) -> None:
    """Paragraphs next to the story, from a `least` probability on, with at most a line or two of an
    advertisement, a button or a time in between."""
    may_be = (probabilities >= least) & (
        kinds.prose
        | (kinds.paragraph & (kinds.words >= _PARAGRAPH_WORDS))
        | (~kinds.title & (kinds.words >= _LONG_PARAGRAPH_WORDS))
    )
    passed = kinds.noise | kinds.dated

    def adjoins(at: int, step: int) -> bool:
        beside = at + step
        for _ in range(_PASSED_LINES if kinds.prose[at] else 0):
            if 0 <= beside < len(taken) and passed[beside]:
                beside += step
        return 0 <= beside < len(taken) and bool(taken[beside])

    for at in map(int, np.flatnonzero(may_be & ~taken)):
        taken[at] = adjoins(at, -1)
    for at in map(int, reversed(np.flatnonzero(may_be & ~taken))):
        taken[at] = adjoins(at, 1)


def _without_listed(kept: list[int], page: PageLines, kinds: Kinds) -> list[int]:
    """Without the items of a list below a heading of other stories."""
    lines = page.lines
    headings = np.flatnonzero(kinds.stories)
    headings = headings[headings > next((at for at in kept if kinds.prose[at]), len(lines))]
    if not len(headings):
        return kept
    kept = [at for at in kept if at < headings[0] or not lines[at].bullet]
    return _without_teasers(kept, int(headings[0]), page, kinds)


def _without_teasers(kept: list[int], heading: int, page: PageLines, kinds: Kinds) -> list[int]:
    """Without the titles of other stories with a sentence or two below each, where several of them
    follow one another below their heading."""
    lines, told = page.lines, [at for at in kept if at < heading]
    below = map(int, np.flatnonzero(kinds.prose[heading:]) + heading)
    prose, titles = kinds.paragraph.copy(), kinds.title.copy()
    asking = [at for at in below if kinds.words[at] <= _ASKING_WORDS and lines[at].text[-1] == "?"]
    prose[asking], titles[asking] = False, True
    teasers = [
        at for at in map(int, np.flatnonzero(prose[heading:]) + heading)
        if not prose[at - 1] and not prose[at + 1 : at + 2].any() and titles[at - 2 : at].any()
    ]  # fmt: skip
    if len(told) == len(kept) or len(teasers) < _LEAST_TEASERS:
        return kept
    shared = shared_words(page.words, _mask(teasers, len(lines)), _mask(told, len(lines)))
    runs = [teasers[:1]]
    for before, at in pairwise(teasers):
        if at - before > _TEASER_LINES:
            runs.append([])
        runs[-1].append(at)
    dropped = {
        at
        for run in runs
        if len(run) >= _LEAST_TEASERS and shared[run].mean() < _SHARED_WITH_STORY
        for at in range(run[0] - _TEASER_LINES + 1, run[-1] + 1)
    }
    return told + [at for at in kept if at >= heading and at not in dropped]


def _without_head(kept: list[int], kinds: Kinds) -> list[int]:
    """Without the titles and dates right above the first paragraph, and the greeting above."""
    first = next((at for at in kept if kinds.prose[at]), None)
    if first is None or first - kept[0] > _HEAD_LINES:
        return kept
    head = [at for at in range(kept[0], first) if kinds.title[at] or kinds.dated[at]]
    return [at for at in kept if at > head[-1]] if head else kept


def _without_headlines(kept: list[int], words: PageWords, kinds: Kinds) -> list[int]:
    """Without the headlines of other stories between the paragraphs.

    A sub-heading is short, or uses the story's words; a headline of another story is long and
    does not.
    """
    bare = [
        at for at in kept
        if kinds.interstitial[at] or (kinds.title[at] and kinds.words[at] >= _HEADLINE_WORDS)
    ]  # fmt: skip
    if not bare:
        return kept
    paragraphs = set(kept).difference(bare)
    count = len(kinds.words)
    shared = shared_words(words, _mask(bare, count), _mask(list(paragraphs), count))
    dropped = set()
    for at in bare:
        between = at - 1 in paragraphs and at + 1 in paragraphs
        if kinds.interstitial[at] or (between and shared[at] < _SHARED_WITH_STORY):
            dropped.add(at)
    return [at for at in kept if at not in dropped]


def asking_title(kept: list[int], lines: Sequence[Line], kinds: Kinds) -> int | None:
    """The first of the story's lines, if that is a question or a quotation above paragraphs.

    It is the title of a page that has no other line for one.
    """
    if len(kept) < 2 or lines[kept[0]].text[-1] == ".":
        return None
    first, second = kept[:2]
    is_title = kinds.sentences[first] <= 1 and kinds.words[first] <= min(25, kinds.words[second])
    return first if is_title else None


def title_line(
    page: PageLines, features: Matrix, kinds: Kinds, kept: Sequence[int], now: datetime
) -> int | None:
    """The title above the story: there twice (`Title | Site`), a heading, in the story's words, and
    near to it.

    A byline below the title has the form of one, but says nothing that the story says.
    """
    if not kept:
        return None
    may_be = kinds.title & ~kinds.dated & (kinds.words >= _LEAST_TITLE_WORDS)
    above = [int(at) for at in np.flatnonzero(may_be[: kept[0]])][-_TITLES_ABOVE:]
    above = [at for at in above if not _is_date(page.lines[at].text, now)]
    if len(above) < 2:
        return above[0] if above else None
    count = len(page.lines)
    shared = shared_words(
        page.words, _mask(above, count), _mask(kept, count), stems=True, of_none=0.5
    )
    head = "\n".join(page.low[: kept[0]])
    bylines = features[:, column("word_byline")] > 0
    signed = np.append(
        (bylines & ~kinds.prose & (kinds.words <= _BYLINE_WORDS)) | kinds.dated, [False]
    )

    def score(place: int) -> float:
        at = above[place]
        line = page.lines[at]
        named = bool(bylines[at]) and _NAME.fullmatch(line.text) is not None
        return (
            2.0 * float(shared[at])
            + 2.0 * (head.count(page.low[at]) > 1)
            + 1.5 * line.heading
            + 0.5 * bool(signed[at + 1])
            - 1.0 * named
            - 2.0 * line.bullet
            - 0.25 * (len(above) - 1 - place)
        )

    return above[max(range(len(above)), key=score)]


def _is_date(text: str, now: datetime) -> bool:
    """Whether a line is a date, with at most its weekday: `12 de março de 2026 às 09h15`."""
    time = printed_time(text, now)
    if time is None:
        return False
    rest = TIME_LABEL.sub("", f"{text[: time.start]} {text[time.end :]}")
    words = [word for word in rest.split() if word.isalpha()]
    return len(words) <= 1 and max(rest, default="") < _FIRST_UNSPACED


def _mask(places: Sequence[int], count: int) -> NDArray[np.bool_]:
    mask = np.zeros(count, dtype=np.bool_)
    mask[places] = True
    return mask
