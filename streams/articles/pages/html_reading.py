"""An HTML page -> its story, the articles embedded in it, and what it says of itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from streams.articles.metadata import NOTHING_SAID, Metadata
from streams.articles.outlets import Outlets
from streams.articles.pages.around_headline import Place
from streams.articles.pages.block_features import Evidence
from streams.articles.pages.evidence import evidence_of
from streams.articles.pages.features import features_of
from streams.articles.pages.head import Head, head_of
from streams.articles.pages.html_lines import html_lines
from streams.articles.pages.html_metadata import html_metadata
from streams.articles.pages.html_story import Judged, best_lines, html_model, judged
from streams.articles.pages.kinds import Kinds, kinds_of
from streams.articles.pages.lines import Line
from streams.articles.pages.markup import Markup, markup_of
from streams.articles.pages.own_headline import headline_line
from streams.articles.pages.page_lines import PageLines, page_lines
from streams.articles.pages.reader_requests import is_request
from streams.articles.pages.reading import Analysis, Label, Part, labels_of

# The largest of the benchmark's 181 pages, 1.5 MB, has 3,229.
MOST_TAGS = 100_000
# A story of so many words beside them, and readers' comments are none of it.
_LEAST_STORY_WORDS, _LEAST_STORY_SHARE = 60, 0.08
_REPEATED_WORDS = 4  # shorter lines may stand in a story twice
_HEAD_LINES = 3
_STATED = 0.75  # of a line in JSON-LD's text
_BOXES, _LONGER_THAN_BOX = ("related", "pictured", "offer", "player", "foot"), 1.5
# What is no article: fewer words than these without a sentence, or nothing but links.
_LEAST_WORDS, _LEAST_PROSE_WORDS = 25, 8
_MOST_LINKS = 0.7

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class HtmlPage:
    """`text` is empty where nothing reads like a story.

    confidence: the F1 of words that is expected of the text, 0 to 1.
    """

    text: str = ""
    metadata: Metadata = NOTHING_SAID
    confidence: float | None = None
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class _Read:
    markup: Markup
    head: Head
    evidence: Evidence
    analysis: Analysis
    expected: float


def read_html(html: str, now: datetime, outlets: Outlets, address: str | None = None) -> HtmlPage:
    """Take a page apart; linear in its length. `now` is when it was fetched, `address` its own.

    Raises ValueError for a page of too many tags.
    """
    if html.count("<") > MOST_TAGS:
        raise ValueError(f"a page of more than {MOST_TAGS} tags")
    markup = markup_of(html)
    found = _read(markup, outlets)
    if found is None:
        return HtmlPage()
    analysis = found.analysis
    lines, kept = analysis.lines, analysis.kept
    place = Place(kept[0], kept[-1], analysis.title_at) if kept else None
    return HtmlPage(
        text="\n".join([lines[at].text for at in kept]),
        metadata=html_metadata(markup, found.head, lines, place, address, now),
        confidence=round(min(found.expected, 1.0), 2) if kept else None,
    )


def explained_html(html: str, outlets: Outlets) -> tuple[Label, ...]:
    """What each line of a page was taken for; the same reading as `read_html`."""
    found = _read(markup_of(html), outlets)
    return () if found is None else labels_of(found.analysis)


def _read(markup: Markup, outlets: Outlets) -> _Read | None:
    taken_apart = html_lines(markup)
    lines = taken_apart.lines
    if not lines:
        return None
    page = page_lines(lines)
    features = features_of(page)
    head = head_of(markup)
    evidence = evidence_of(head, lines, page.low)
    found = judged(html_model(), markup, taken_apart.columns, page, features, evidence)
    kinds = kinds_of(page, features, outlets)
    taken, expected = best_lines(found.probabilities, found.words)
    taken = _without_boxes(_without_comments(taken, found), found)
    taken &= ~kinds.interstitial
    _drop_requests(taken, lines)
    taken = _without_above(taken, headline_line(markup, head, lines), found, evidence)
    _drop_repeats(taken, page, found.words, evidence)
    if not _is_article(taken, found, kinds):
        taken[:] = False
    kept = np.flatnonzero(taken).tolist()
    titles = np.flatnonzero(evidence.is_title)
    above = titles[titles <= kept[0]] if kept else titles
    title_at = int(above[-1]) if len(above) else None
    analysis = Analysis(lines, features, kinds, (), found.probabilities, kept, title_at)
    return _Read(markup, head, evidence, analysis, expected)


def _without_comments(taken: Mask, found: Judged) -> Mask:
    """Without the readers' part, where a story stands outside of it."""
    story = taken & ~found.within("comments")
    words = found.words[story].sum()
    enough = words >= max(_LEAST_STORY_WORDS, _LEAST_STORY_SHARE * found.words[taken].sum())
    return story if enough else taken


def _without_boxes(taken: Mask, found: Judged) -> Mask:
    """Without teasers, captions, offers, players and what stands at the foot, by the names of their
    elements, where the story outside is clearly longer."""
    for name in _BOXES:
        boxed = taken & found.within(name)
        if not boxed.any():
            continue
        story = taken & ~boxed
        words, in_box = found.words[story].sum(), found.words[boxed].sum()
        if words >= max(_LEAST_STORY_WORDS, _LONGER_THAN_BOX * in_box):
            taken = story
    return taken


def _drop_requests(taken: Mask, lines: Sequence[Line]) -> None:
    """What asks the reader to sign up, within what tells of other things."""
    asking = [at for at in np.flatnonzero(taken).tolist() if is_request(lines[at].text)]
    if 2 * len(asking) < np.count_nonzero(taken):
        taken[asking] = False


def _without_above(taken: Mask, headline: int | None, found: Judged, evidence: Evidence) -> Mask:
    """Without what stands above the story's own headline, where the story below is clearly longer:
    a teaser of another one. A standfirst is the description's, or JSON-LD's."""
    if headline is None or not taken[:headline].any():
        return taken
    own = (evidence.description > 0) | (evidence.stated >= _STATED)
    story = taken.copy()
    story[:headline] &= own[:headline]
    words, above = found.words[story].sum(), found.words[taken & ~story].sum()
    return story if words >= max(_LEAST_STORY_WORDS, _LONGER_THAN_BOX * above) else taken


def _drop_repeats(
    taken: Mask, page: PageLines, words: NDArray[np.float64], evidence: Evidence
) -> None:
    """The title above the story, and lines that stood there before."""
    seen: set[str] = set()
    for n, at in enumerate(np.flatnonzero(taken).tolist()):
        if n < _HEAD_LINES and evidence.is_title[at]:
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
