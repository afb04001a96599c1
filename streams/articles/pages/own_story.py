"""Which lines are the page's own story, by their probabilities; and which one is its title."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from streams.articles.pages.features import Matrix, column
from streams.articles.pages.kinds import Kinds
from streams.articles.pages.lines import Line
from streams.articles.pages.page_lines import PageLines
from streams.articles.pages.story import STORY_PROBABILITY
from streams.articles.pages.words import PageWords, shared_words

Vector = NDArray[np.float64]

# A paragraph that adjoins the story, and one on a page where no line is likely.
_BESIDE_STORY, _UNLIKELY_STORY = 0.25, 0.04
_PARAGRAPH_WORDS, _LONG_PARAGRAPH_WORDS, _LEAST_STORY_WORDS = 15, 40, 25
_HEAD_LINES = 3
_LEAST_TITLE_WORDS = 4
_HEADLINE_WORDS = 6
_SHARED_WITH_STORY = 0.5
_TITLES_ABOVE = 12
_NAME = re.compile(r"(?:[^\W\d_][\w.'’-]*+[ ,/&]*+){1,8}")  # possessive: a long word has many parts


def story_lines(
    probabilities: Vector, kinds: Kinds, title: str | None, page: PageLines, *, certain: bool
) -> list[int]:
    """The story's lines, without its title and without a line that stood there before.

    `certain`: what stands here is a story, so that the likeliest paragraphs are taken where none
    is likely.
    """
    taken = probabilities >= STORY_PROBABILITY
    if certain and kinds.words[taken].sum() < _LEAST_STORY_WORDS:
        highest = probabilities[kinds.prose].max(initial=0.0)
        taken |= kinds.prose & (probabilities >= max(highest / 3, _UNLIKELY_STORY))
    _take_beside(taken, probabilities, kinds)
    key = title.strip().lower() if title else None
    seen: set[str] = {key} if key else set()
    kept: list[int] = []
    for at in map(int, np.flatnonzero(taken)):
        low = page.low[at]
        if low in seen and kinds.words[at] > 4:
            continue
        seen.add(low)
        kept.append(at)
    kept = _without_listed(_without_head(kept, kinds), page.lines, kinds)
    return _without_headlines(kept, page.words, kinds)


def _take_beside(taken: NDArray[np.bool_], probabilities: Vector, kinds: Kinds) -> None:
    """Paragraphs that adjoin the story with nothing between."""
    may_be = (probabilities >= _BESIDE_STORY) & (
        (kinds.paragraph & (kinds.words >= _PARAGRAPH_WORDS))
        | (~kinds.title & (kinds.words >= _LONG_PARAGRAPH_WORDS))
    )
    for at in map(int, np.flatnonzero(may_be & ~taken)):
        taken[at] = bool(taken[max(0, at - 1) : at].any())
    for at in map(int, reversed(np.flatnonzero(may_be & ~taken))):
        taken[at] = bool(taken[at + 1 : at + 2].any())


def _without_listed(kept: list[int], lines: Sequence[Line], kinds: Kinds) -> list[int]:
    """Without the items of a list below a heading of other stories."""
    headings = np.flatnonzero(kinds.stories)
    headings = headings[headings > next((at for at in kept if kinds.prose[at]), len(lines))]
    if not len(headings):
        return kept
    return [at for at in kept if at < headings[0] or not lines[at].bullet]


def _without_head(kept: list[int], kinds: Kinds) -> list[int]:
    """Without the titles right above the first paragraph, and the greeting above those."""
    first = next((at for at in kept if kinds.prose[at]), None)
    if first is None or first - kept[0] > _HEAD_LINES:
        return kept
    titles = [at for at in range(kept[0], first) if kinds.title[at]]
    return [at for at in kept if at > titles[-1]] if titles else kept


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
    """The first of the story's lines, where that is a question or a quotation above paragraphs.

    It is the title of a page that has no other line for one.
    """
    if len(kept) < 2 or lines[kept[0]].text[-1] == ".":
        return None
    first, second = kept[:2]
    is_title = kinds.sentences[first] <= 1 and kinds.words[first] <= min(25, kinds.words[second])
    return first if is_title else None


def title_line(page: PageLines, features: Matrix, kinds: Kinds, kept: Sequence[int]) -> int | None:
    """The title above the story: there twice, a heading, in the story's words, and near to it.

    A byline below the title has the form of one, but says nothing that the story says.
    """
    if not kept:
        return None
    may_be = kinds.title & ~kinds.dated & (kinds.words >= _LEAST_TITLE_WORDS)
    above = [int(at) for at in np.flatnonzero(may_be[: kept[0]])][-_TITLES_ABOVE:]
    if len(above) < 2:
        return above[0] if above else None
    low, count = page.low, len(page.lines)
    shared = shared_words(
        page.words, _mask(above, count), _mask(kept, count), stems=True, of_none=0.5
    )
    times = Counter(low[: kept[0]])
    bylines = features[:, column("word_byline")] > 0

    def score(place: int) -> float:
        at = above[place]
        line = page.lines[at]
        named = bool(bylines[at]) and _NAME.fullmatch(line.text) is not None
        return (
            2.0 * float(shared[at])
            + 2.0 * (times[low[at]] > 1)
            + 1.5 * line.heading
            - 1.0 * named
            - 0.25 * (len(above) - 1 - place)
        )

    return above[max(range(len(above)), key=score)]


def _mask(places: Sequence[int], count: int) -> NDArray[np.bool_]:
    mask = np.zeros(count, dtype=np.bool_)
    mask[places] = True
    return mask
