"""A chunk of raw records -> normalised articles and rejections, record by record.

Three steps, so that pages can be read elsewhere (in other processes) between the first and the
last: `decode_chunk`, then `read_page` for each of `Decoded.pages`, then `normalise_chunk`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

import orjson

from schemas import RawArticle
from schemas.records import NormalisedArticleRecord
from streams.articles.body import CONTROL_CHARACTERS, NO_PAGE, body_of, page_of, settled_body
from streams.articles.clean_check import are_clean, cleaned
from streams.articles.decode import bodiless, decode
from streams.articles.fields import Draft, Made, article_of, part_of
from streams.articles.outlets import Outlets, outlets
from streams.articles.page import Page, PageSource
from streams.articles.record import Record
from streams.articles.rejection import Rejection
from streams.articles.text_scan import scan_texts
from streams.articles.walls import mention_walls


@dataclass(slots=True)
class Decoded:
    """A chunk after decoding. `pages` are those to read, with their positions in the chunk."""

    articles: list[RawArticle | Rejection]
    repaired: list[bool]
    pages: list[tuple[int, PageSource]]
    unknown_fields: int
    outlets: Outlets


@dataclass(slots=True)
class NormalisedChunk:
    """Articles in the chunk's order, as parallel lists, and what was rejected.

    `articles` are `NormalisedArticle` fields, `values` the same as JSON, `story_texts` what is
    sketched; `places[i]` is the position in the chunk of article i's record.
    A page's embedded articles follow its own, in the page's order.
    """

    places: list[int] = field(default_factory=list)
    articles: list[NormalisedArticleRecord] = field(default_factory=list)
    values: list[bytes] = field(default_factory=list)
    story_texts: list[str] = field(default_factory=list)
    rejections: list[tuple[int, Rejection]] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)

    def add(self, place: int, made: Made) -> None:
        """Add one article of the record at `place`."""
        self.places.append(place)
        self.articles.append(made.article)
        self.values.append(orjson.dumps(made.article))
        self.story_texts.append(made.story_text)


def decode_chunk(
    records: Sequence[Record], limit_bytes: int, outlets_file: str | None = None
) -> Decoded:
    """Decode and validate every record; a record's error is a value in its place.

    `outlets_file`: a user's own table of publishers. Raises OutletsError if it is invalid.
    """
    decoded = Decoded([], [], [], 0, outlets(outlets_file))
    for place, record in enumerate(records):
        result = decode(record.value, limit_bytes)
        if isinstance(result, Rejection):
            decoded.articles.append(result)
            decoded.repaired.append(False)
            continue
        article, unknown, repaired = result
        without_body = article.text is None and bodiless(record.value or b"", article)
        decoded.articles.append(without_body or article)
        decoded.repaired.append(repaired)
        decoded.unknown_fields += unknown
        if (page := page_of(article, record, outlets_file)) is not None:
            decoded.pages.append((place, page))
    return decoded


def normalise_chunk(
    records: Sequence[Record], decoded: Decoded, pages: Sequence[Page]
) -> NormalisedChunk:
    """Make the articles; `pages` are those of `decoded.pages`, in the same order."""
    chunk = NormalisedChunk()
    page_at = {place: page for (place, _), page in zip(decoded.pages, pages, strict=True)}
    dropped = _dropped_in_decoding(records, decoded)
    drafts: list[Draft] = []
    bodies = _settled_bodies(decoded.articles, page_at, dropped)
    for place, raw in enumerate(decoded.articles):
        body = bodies.get(place)
        if isinstance(body, str):  # as for most
            drafts.append(Draft(place, body, NO_PAGE))
            continue
        drafted = (
            raw
            if isinstance(raw, Rejection)
            else _drafts(place, raw, page_at.get(place), body, dropped[place])
        )
        if isinstance(drafted, Rejection):
            chunk.rejections.append((place, drafted))
        else:
            drafts += drafted
    parent: NormalisedArticleRecord | None = None
    for draft, scan in zip(drafts, scan_texts([draft.text for draft in drafts]), strict=True):
        if draft.part is not None:
            if parent is not None:
                chunk.add(draft.place, part_of(parent, draft, scan, decoded.outlets))
            continue
        place, parent = draft.place, None
        raw, record = decoded.articles[place], records[place]
        if isinstance(raw, Rejection):
            continue
        made = article_of(raw, draft, scan, record, decoded.outlets, dropped[place])
        if isinstance(made, Rejection):
            chunk.rejections.append((place, made))
            continue
        parent = made.article
        if dropped[place]:
            chunk.dropped.update(dropped[place])
        chunk.add(place, made)
    chunk.rejections.sort(key=itemgetter(0))
    return chunk


def without_records(chunk: NormalisedChunk, rejections: Mapping[int, Rejection]) -> NormalisedChunk:
    """The chunk without the articles of some records, which are rejected."""
    kept = [i for i, place in enumerate(chunk.places) if place not in rejections]
    return NormalisedChunk(
        places=[chunk.places[i] for i in kept],
        articles=[chunk.articles[i] for i in kept],
        values=[chunk.values[i] for i in kept],
        story_texts=[chunk.story_texts[i] for i in kept],
        rejections=sorted([*chunk.rejections, *rejections.items()], key=itemgetter(0)),
        dropped=chunk.dropped,
    )


def _dropped_in_decoding(records: Sequence[Record], decoded: Decoded) -> list[list[str]]:
    dropped = [
        [*record.dropped, "surrogates"] if cut else [*record.dropped]
        for record, cut in zip(records, decoded.repaired, strict=True)
    ]
    for place, source in decoded.pages:
        if source.cut:
            dropped[place].append(CONTROL_CHARACTERS)
    return dropped


def _settled_bodies(
    articles: Sequence[RawArticle | Rejection],
    page_at: Mapping[int, Page],
    dropped: Sequence[list[str]],
) -> dict[int, str | Rejection]:
    """By position, the bodies of events with a clean text and no page, as most are."""
    texts = {
        place: raw.text
        for place, raw in enumerate(articles)
        if isinstance(raw, RawArticle)
        and raw.text
        and raw.status != "canceled"
        and place not in page_at
    }
    if not texts:
        return {}
    clean = {
        place: text.strip()
        for (place, text), clean in zip(texts.items(), are_clean([*texts.values()]), strict=True)
        if clean
    }
    return {
        place: settled_body(text, dropped[place], mentions_wall=mentions_wall)
        for (place, text), mentions_wall in zip(
            clean.items(), mention_walls([*clean.values()]), strict=True
        )
    }


def _drafts(
    place: int,
    raw: RawArticle,
    page: Page | None,
    known: Rejection | None,
    dropped: list[str],
) -> list[Draft] | Rejection:
    """A record's own article, unless it is known to have none, and those embedded in its page."""
    text = body_of(raw, page, dropped) if known is None else known
    if isinstance(text, Rejection):
        return text
    if page is None:
        return [Draft(place, text, NO_PAGE)]
    drafts = [Draft(place, text, page)]
    for position, part in enumerate(page.parts, 1):
        if text := cleaned(part.text)[0]:
            drafts.append(Draft(place, text, page, part, position))
    return drafts
