"""Which lines of an HTML page are its story, given the opinion of both forests."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streams.articles.outlets import Outlets
from streams.articles.pages.block_features import Evidence
from streams.articles.pages.elements import BITS
from streams.articles.pages.evidence import evidence_of, titles_of
from streams.articles.pages.features import Matrix, features_of
from streams.articles.pages.head import Head
from streams.articles.pages.html_kind import is_told_as_article
from streams.articles.pages.html_line_classifier import Judged, best_lines, html_model, judged
from streams.articles.pages.html_lines import HtmlLines
from streams.articles.pages.kinds import Kinds, Mask, kinds_of
from streams.articles.pages.markup import Markup
from streams.articles.pages.next_articles import drop_next_articles
from streams.articles.pages.own_headline import headline_line
from streams.articles.pages.page_lines import PageLines, page_lines
from streams.articles.pages.reader_requests import requests_among
from streams.articles.pages.teaser_lists import LINKED, drop_teasers

# With a story of this many words beside them, readers' comments are not part of it.
_LEAST_STORY_WORDS, _LEAST_STORY_SHARE = 60, 0.08
_REPEATED_WORDS = 4  # shorter lines may occur in a story twice
_HEAD_LINES = 3
# A stub: the page has this many words in paragraphs elsewhere, and this many times its own.
_STUB_WORDS, _STUB_TIMES, _STUB_CONFIDENCE = 200, 10, 0.3
_HEADING_LIKELY = 0.8  # that a line in words of such headings is the story's
_STATED = 0.75  # of a line in JSON-LD's text
_BOXES, _LONGER_THAN_BOX = ("related", "pictured", "offer", "player", "foot"), 1.5
# Not an article: fewer words than these without a sentence, or nothing but links.
_LEAST_WORDS, _LEAST_PROSE_WORDS = 25, 8
_MOST_LINKS = 0.7
# A front or section page: most words close below one of several linked titles, no run of them long;
# or hardly any words on a page that is mostly links.
_TITLE_WORDS, _BELOW_TITLE, _LEAST_TITLES = 3, 4, 5
_TEASED, _LONGEST_RUN, _LONGEST_RUN_SHARE = 0.75, 150, 0.45
_FEW_WORDS, _MOSTLY_LINKS, _LARGE_PAGE = 60, 0.6, 400


@dataclass(frozen=True, slots=True)
class Taken:
    """The opinion of each line of a page, and which lines are `taken`.

    expected: the F1 of words that is expected of them. headline: the line of the page's own. stub:
    whether the page plainly holds many times the text that was taken. teased: lines of lists of
    other stories.
    """

    features: Matrix
    kinds: Kinds
    evidence: Evidence
    found: Judged
    taken: Mask
    expected: float
    headline: int | None
    stub: bool
    teased: Mask


def taken_lines(markup: Markup, html: HtmlLines, head: Head, outlets: Outlets) -> Taken:
    """Apply both forests, then rules that need no fitting. There is at least one line."""
    page = page_lines(html.lines, html.marks)
    features = features_of(page)
    titles = titles_of(head)
    evidence = evidence_of(head, titles, page)
    found = judged(html_model(), markup, html.columns, page, features, evidence)
    kinds = kinds_of(page, features, outlets)
    headline = headline_line(markup, titles, html.lines)
    taken, expected = best_lines(found.probabilities, found.words)
    taken = _without_boxes(_without_comments(taken, found), found)
    unlikely = found.probabilities < _HEADING_LIKELY
    taken &= ~(kinds.interstitial | kinds.comments | (kinds.stories & unlikely))
    _drop_requests(taken, page)
    taken = _without_above(taken, headline, found, evidence)
    teased = drop_teasers(taken, found, page, kinds)
    drop_next_articles(taken, markup, headline, found, page)
    _drop_repeats(taken, page, headline, found.words, evidence)
    if not _is_article(taken, found, kinds) or (
        _lists_others(taken, found) and not is_told_as_article(head)
    ):
        taken[:] = False
    stub = _is_stub(taken, found, kinds)
    expected = min(expected, _STUB_CONFIDENCE) if stub else expected
    return Taken(features, kinds, evidence, found, taken, expected, headline, stub, teased)


def _without_comments(taken: Mask, found: Judged) -> Mask:
    """Without the readers' part, if there is a story outside of it."""
    story = taken & ~found.within("comments")
    words = found.words[story].sum()
    enough = words >= max(_LEAST_STORY_WORDS, _LEAST_STORY_SHARE * found.words[taken].sum())
    return story if enough else taken


def _without_boxes(taken: Mask, found: Judged) -> Mask:
    """Without teasers, captions, offers, players and what stands at the foot, by the names of their
    elements, where the story outside is clearly longer."""
    every = int(np.bitwise_or.reduce(found.bits[taken], initial=0))
    for name in _BOXES:
        if not every & (1 << BITS.index(name)):
            continue
        boxed = taken & found.within(name)
        if boxed.any():
            taken = _if_clearly_longer(taken & ~boxed, taken, found)
    return taken


def _if_clearly_longer(story: Mask, taken: Mask, found: Judged) -> Mask:
    """A part of what was taken, if it is clearly longer than the rest; else all of it."""
    words, rest = found.words[story].sum(), found.words[taken & ~story].sum()
    return story if words >= max(_LEAST_STORY_WORDS, _LONGER_THAN_BOX * rest) else taken


def _drop_requests(taken: Mask, page: PageLines) -> None:
    """What asks the reader to sign up, within what tells of other things."""
    kept = np.flatnonzero(taken)
    texts = [page.lines[at].text for at in kept.tolist()]
    asking = requests_among(texts, [page.low[at] for at in kept.tolist()])
    if 2 * len(asking) < len(kept):
        taken[kept[asking]] = False


def _without_above(taken: Mask, headline: int | None, found: Judged, evidence: Evidence) -> Mask:
    """Without what stands above the story's own headline, if the story below is clearly longer: a
    teaser of another one. A standfirst is the description's, or JSON-LD's."""
    if headline is None or not taken[:headline].any():
        return taken
    own = (evidence.description > 0) | (evidence.stated >= _STATED)
    story = taken.copy()
    story[:headline] &= own[:headline]
    return _if_clearly_longer(story, taken, found)


def _drop_repeats(
    taken: Mask,
    page: PageLines,
    headline: int | None,
    words: NDArray[np.float64],
    evidence: Evidence,
) -> None:
    """Remove the title above the story, and repeated lines."""
    seen: set[str] = set()
    for n, at in enumerate(np.flatnonzero(taken).tolist()):
        if n < _HEAD_LINES and (evidence.is_title[at] or at == headline):
            taken[at] = False
        elif words[at] >= _REPEATED_WORDS:
            taken[at] = page.low[at] not in seen
            seen.add(page.low[at])


def _is_article(taken: Mask, found: Judged, kinds: Kinds) -> bool:
    """Whether what was taken is more than headlines, links and buttons."""
    words = found.words[taken]
    total = words.sum()
    if not total:
        return False
    if (words * found.links[taken]).sum() > _MOST_LINKS * total:
        return False
    prose = kinds.prose[taken] | (kinds.paragraph[taken] & (words >= _LEAST_PROSE_WORDS))
    return bool(prose.any()) or total >= _LEAST_WORDS


def _is_stub(taken: Mask, found: Judged, kinds: Kinds) -> bool:
    told = kinds.prose & ~found.within("comments") & ~found.within("hidden")
    words, own = found.words[told].sum(), found.words[taken].sum()
    return bool(own and words >= max(_STUB_WORDS, _STUB_TIMES * own))


def _lists_others(taken: Mask, found: Judged) -> bool:
    """Whether what was taken are the teasers of other pages: a front page's, a section's."""
    words, count = found.words, len(taken)
    total, kept = words[taken].sum(), np.flatnonzero(taken)
    if not total:
        return False
    titles = (found.links >= LINKED) & (words >= _TITLE_WORDS)
    if total < _FEW_WORDS and words.sum() > _LARGE_PAGE:
        return bool((words * found.links).sum() > _MOSTLY_LINKS * words.sum())
    if np.count_nonzero(titles[kept[0] : kept[-1]]) < _LEAST_TITLES:
        return False
    above = np.maximum.accumulate(np.where(titles, np.arange(count), -_BELOW_TITLE))
    teased = words[taken & (np.arange(count) - above < _BELOW_TITLE)].sum()
    runs = np.bincount(np.cumsum(titles), np.where(taken & ~titles, words, 0))
    longest = runs.max()
    return bool(
        teased >= _TEASED * total and longest < min(_LONGEST_RUN, _LONGEST_RUN_SHARE * total)
    )
