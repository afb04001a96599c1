"""Lists of other stories in what was taken for an HTML page's own: linked titles, one below the
other, with a sentence or two of each."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from streams.articles.pages.html_line_classifier import Judged
from streams.articles.pages.kinds import Kinds, Mask
from streams.articles.pages.page_lines import PageLines
from streams.articles.pages.words import shared_words

# Of the title of another story: this share of it is a link, and so many words.
LINKED, LEAST_TITLE_WORDS, MOST_TITLE_WORDS = 0.8, 4, 32
# Of one of them: lines from its title to the next one's, words below its title.
_MOST_LINES, _MOST_WORDS = 5, 90
_LEAST_ENTRIES, _HEADING_LINES = 3, 3
_LEAST_TOLD, _LEAST_TEXT_WORDS, _MOST_TIME_WORDS = 25, 12, 6
_SHARED_WITH_STORY = 0.5
# `Daily News2 hours ago`, of two elements without a space between.
_GLUED_TIME = re.compile(r"[^\W\d_]{3}\d{1,2} [^\W\d_]{1,8}( [^\W\d_]{2,8})?$")


def drop_teasers(taken: Mask, found: Judged, page: PageLines, kinds: Kinds) -> Mask:
    """Remove such lists from what was taken; -> their lines.

    An article may be a list itself, of links with what its author says of each. Those of others
    stand below a heading of other stories, or have a time each, and other words than the text
    above.
    """
    words = found.words
    dropped = np.zeros_like(taken)
    titles = (found.links >= LINKED) & (words >= LEAST_TITLE_WORDS) & (words <= MOST_TITLE_WORDS)
    starts = np.flatnonzero(titles)
    if len(starts) < _LEAST_ENTRIES:
        return dropped
    told = np.concatenate(([0.0], np.cumsum(words * taken)))
    texts = taken & (kinds.prose | ((words >= _LEAST_TEXT_WORDS) & (found.links < LINKED)))
    text = np.concatenate(([0], np.cumsum(texts)))
    below = np.minimum(starts + _MOST_LINES, len(words))
    starts = starts[(told[starts] >= _LEAST_TOLD) & (text[below] > text[starts + 1])]
    for run in _runs(starts.tolist(), words):
        first, end, timed = _whole(run, words, page, kinds)
        if (timed or kinds.stories[first]) and not is_told(first, end, told, page):
            dropped[first:end] = True
    taken &= ~dropped
    return dropped


def _runs(starts: list[int], words: NDArray[np.float64]) -> list[list[int]]:
    """Titles with little below each, as many as a list has."""
    runs = [starts[:1]]
    for above, at in pairwise(starts):
        if at - above > _MOST_LINES or words[above + 1 : at].sum() > _MOST_WORDS:
            runs.append([])
        runs[-1].append(at)
    return [run for run in runs if len(run) >= _LEAST_ENTRIES]


def _whole(
    run: list[int], words: NDArray[np.float64], page: PageLines, kinds: Kinds
) -> tuple[int, int, bool]:
    """-> [first, end) of the lines of a list: with the heading or time above its first title, and
    as many lines below its last one as below the others; whether most have a time."""

    def is_time(at: int) -> bool:
        if kinds.dated[at]:
            return True
        short = bool(kinds.may_time[at]) and words[at] <= _MOST_TIME_WORDS
        return short and _GLUED_TIME.search(page.low[at]) is not None

    lines = max(at - above for above, at in pairwise(run))
    end = min(run[-1] + lines, len(words))
    while words[run[-1] + 1 : end].sum() > _MOST_WORDS:
        end -= 1
    first = run[0]
    for at in range(run[0] - 1, max(run[0] - _HEADING_LINES, 0) - 1, -1):
        if kinds.stories[at] or is_time(at):
            first = at
        if kinds.stories[at] or not is_time(at):
            break
    timed = sum(any(map(is_time, range(*pair))) for pair in pairwise([first, *run[1:], end]))
    return first, end, 2 * timed > len(run)


def is_told(first: int, end: int, told: NDArray[np.float64], page: PageLines) -> bool:
    """Whether what was taken of the lines [first, end) has the words of the text above them."""
    weights = np.diff(told)
    chosen, story = weights > 0, weights > 0
    chosen[:first] = chosen[end:] = story[first:] = False
    shared = shared_words(page.words, chosen, story)[first:end]
    weights = weights[first:end]
    return bool((shared * weights).sum() >= _SHARED_WITH_STORY * weights.sum())
