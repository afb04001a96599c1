"""A page that came as plain text -> its main story, the articles embedded in it, and the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from schemas.normalised_article import Kind
from streams.articles.outlets import Outlets
from streams.articles.pages.embedded_articles import Card, cards_of
from streams.articles.pages.features import Matrix, column, features_of
from streams.articles.pages.kinds import Kinds, kinds_of
from streams.articles.pages.line_classifier import STORY_PROBABILITY, story_probabilities
from streams.articles.pages.lines import Line, lines_of
from streams.articles.pages.main_story import asking_title, story_lines, title_line
from streams.articles.pages.page_kind import between_entries, page_kind
from streams.articles.pages.page_lines import PageLines, page_lines
from streams.articles.printed_time import PrintedTime


class LineClass(StrEnum):
    """What a line of a page was classified as."""

    TITLE = "title"
    STORY = "story"
    INTERSTITIAL = "interstitial"
    CAPTION = "caption"
    FURNITURE = "furniture"
    PROMOTION = "promotion"
    HEADING = "heading"  # opens a block of other stories
    COMMENT = "comment"
    PART = "part"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Label:
    """One line, its class, and how likely it is part of the story (0 to 1)."""

    text: str
    line_class: LineClass
    score: float
    part: int | None = None  # the embedded article that it belongs to, from 1


@dataclass(frozen=True, slots=True)
class Part:
    """One embedded article."""

    text: str
    title: str | None = None
    source: str | None = None
    byline: str | None = None
    time: PrintedTime | None = None
    signs: tuple[str, ...] = ()
    address: str | None = None


@dataclass(frozen=True, slots=True)
class TextPage:
    """A page taken apart. `text` is empty if none of its lines reads like a story.

    confidence: mean probability of the story's lines, weighted by their words.
    """

    text: str = ""
    title: str | None = None
    confidence: float = 0.0
    parts: tuple[Part, ...] = ()
    kind: Kind | None = None  # `live_blog` or `gallery`


_LEAST_STORY_WORDS = 40


@dataclass(frozen=True, slots=True)
class Analysis:
    """The opinion of each line; `kept` are the story's, by number."""

    lines: Sequence[Line]
    features: Matrix
    kinds: Kinds
    cards: Sequence[Card]
    probabilities: NDArray[np.float64]
    kept: list[int]
    title_at: int | None


def read_text_page(
    text: str, now: datetime, outlets: Outlets, title: str | None = None
) -> TextPage:
    """Take a page apart; linear in its length.

    `now` is when it was fetched: relative times count from it. `title` is the page's where the
    producer gave one.
    """
    found = _analysed(text, now, outlets, title)
    if found is None:
        return TextPage()
    lines, kept, confidence = found.lines, found.kept, 0.0
    if kept:
        weights = found.kinds.words[kept] + 1
        confidence = round(float(np.average(found.probabilities[kept], weights=weights)), 2)
    return TextPage(
        text="\n".join([lines[at].text for at in kept]),
        title=lines[found.title_at].text if found.title_at is not None else None,
        confidence=confidence,
        parts=tuple(part_of_card(card, lines) for card in found.cards),
        kind=page_kind(lines, found.kinds, kept),
    )


def explained_lines(
    text: str, now: datetime, outlets: Outlets, title: str | None = None
) -> tuple[Label, ...]:
    """What each line of a page was classified as, in the same reading as `read_text_page`."""
    found = _analysed(text, now, outlets, title)
    return () if found is None else labels_of(found)


def _analysed(text: str, now: datetime, outlets: Outlets, title: str | None) -> Analysis | None:
    lines = lines_of(text)
    if not lines:
        return None
    page = page_lines(lines)
    features = features_of(page)
    kinds = kinds_of(page, features, outlets)
    cards = cards_of(lines, kinds, now, outlets)
    if cards:
        cards = _without_main_story(cards, page, features, kinds)
    end = cards[0].header.start if cards else len(lines)
    probabilities = np.zeros(len(lines))
    if (between := between_entries(lines, kinds)) is None:
        probabilities[:end] = story_probabilities(page, features[:end])
    else:
        rows = np.flatnonzero(~between[:end])
        entries = page_lines([lines[at] for at in rows])
        probabilities[rows] = story_probabilities(entries, features[rows])
    kept = story_lines(probabilities, kinds, title, page, certain=bool(cards))
    title_at = title_line(page, features, kinds, kept, now)
    if title_at is None and (title_at := asking_title(kept, lines, kinds)) is not None:
        kept = kept[1:]
    return Analysis(lines, features, kinds, cards, probabilities, kept, title_at)


def _without_main_story(
    cards: list[Card], page: PageLines, features: Matrix, kinds: Kinds
) -> list[Card]:
    """Without those that come before the page has said anything: what stands above them is a
    notice, and they are the page's own story under its title and date. A heading of other
    stories says that one has been told, and so does a copy of it from a known source."""
    told = np.cumsum(np.where(kinds.prose, kinds.words, 0))
    headings = np.flatnonzero(kinds.stories)

    def is_marked(card: Card) -> bool:
        if {"copy", "known_source"} <= card.header.signs:
            return True
        above = headings[: np.searchsorted(headings, card.header.body)]
        return bool(len(above)) and bool(told[above[-1]] >= _LEAST_STORY_WORDS)

    marked = [is_marked(card) for card in cards]
    if all(marked):
        return cards
    probabilities = story_probabilities(page, features)
    said = np.cumsum(np.where(probabilities >= STORY_PROBABILITY, kinds.words, 0))
    return [
        card
        for card, known in zip(cards, marked, strict=True)
        if known or said[card.header.start] >= _LEAST_STORY_WORDS
    ]


def part_of_card(card: Card, lines: Sequence[Line]) -> Part:
    """An embedded article as it is reported."""
    header = card.header
    return Part(
        text="\n".join([lines[at].text for at in card.body]),
        title=header.title or None,
        source=header.source,
        byline=header.byline,
        time=header.time,
        signs=tuple(sorted(header.signs)),
        address=header.address,
    )


def labels_of(found: Analysis) -> tuple[Label, ...]:
    """What each line of an analysed page was classified as."""
    lines, kinds, kept, title_at = found.lines, found.kinds, found.kept, found.title_at
    features, probabilities, cards = found.features, found.probabilities, found.cards
    story = set(kept)
    part_of = {
        at: number
        for number, card in enumerate(cards, 1)
        for at in (*range(card.header.start, card.header.body), *card.body)
    }
    masks = (
        (LineClass.CAPTION, features[:, column("caption_form")] > 0),
        (LineClass.PROMOTION, features[:, column("promo_many")] > 0),
        (LineClass.FURNITURE, kinds.noise),
    )
    first, last = (kept[0], kept[-1]) if kept else (0, -1)
    title = lines[title_at].text if title_at is not None else None
    in_comments = False

    def class_of(at: int) -> LineClass:
        if at in story:
            return LineClass.STORY
        if lines[at].text == title:
            return LineClass.TITLE
        if at in part_of or kinds.stories[at]:
            return LineClass.PART if at in part_of else LineClass.HEADING
        if kinds.interstitial[at] or (first < at < last and kinds.title[at]):
            return LineClass.INTERSTITIAL
        if in_comments:
            return LineClass.COMMENT
        return next((kind for kind, mask in masks if mask[at]), LineClass.OTHER)

    labels = []
    for at, line in enumerate(lines):
        in_comments = (in_comments or bool(kinds.comments[at])) and not kinds.stories[at]
        labels.append(Label(line.text, class_of(at), float(probabilities[at]), part_of.get(at)))
    return tuple(labels)
