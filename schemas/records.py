"""The topics' records as TypedDicts, generated from the contracts by `make schemas`."""

from typing import Literal, NotRequired, TypedDict


class RawArticleRecord(TypedDict):
    """One article event as its producer sends it."""

    id: NotRequired[str | int | None]
    version: NotRequired[int | None]
    source: NotRequired[str | None]
    url: NotRequired[str | None]
    canonical_url: NotRequired[str | None]
    title: NotRequired[str | None]
    byline: NotRequired[str | None]
    credit: NotRequired[str | None]
    language: NotRequired[str | None]
    text: NotRequired[str | None]
    html: NotRequired[str | None]
    published_at: NotRequired[str | int | float | None]
    fetched_at: NotRequired[str | int | float | None]
    embargoed_until: NotRequired[str | int | float | None]
    status: NotRequired[Literal["usable", "withheld", "canceled"]]
    attributes: NotRequired[dict[str, str]]


class AgencyRecord(TypedDict):
    """A news agency that an article names."""

    name: str
    role: Literal["provider", "cited"]
    evidence: Literal["publisher", "credit", "byline", "dateline", "end_line", "copyright", "json_ld", "contributed", "cited", "photo", "mention"]


class RawCoordinatesRecord(TypedDict):
    """Where the raw event stands in Kafka."""

    topic: str
    partition: int
    offset: int
    timestamp: str


class NormalisedArticleRecord(TypedDict):
    """One article: a raw event's own, or a part of its page."""

    article_id: str
    producer_id: str | None
    version: int | None
    parent_id: str | None
    position: int | None
    parts: int
    kind: Literal["article", "live_blog", "gallery", "thread", "product"]
    source: str | None
    syndicated_from: str | None
    url: str | None
    canonical_url: str | None
    title: str | None
    byline: str | None
    credit: str | None
    dateline: str | None
    language: str
    text: str
    text_confidence: float | None
    truncated: NotRequired[bool]
    published_at: str | None
    published_precision_seconds: int | None
    fetched_at: str | None
    embargoed_until: str | None
    status: Literal["usable", "withheld", "canceled"]
    agencies: list[AgencyRecord]
    content_digest: str
    attributes: dict[str, str]
    dropped: list[str]
    raw: RawCoordinatesRecord


class ContainmentRecord(TypedDict):
    """How much of one text is in the other, estimated from shared word 5-grams."""

    of_this: float
    of_other: float


class ChangedFactRecord(TypedDict):
    """A number that differs from an earlier text."""

    before: str
    old: str
    new: str


class FactsRecord(TypedDict):
    """Numbers and names in the same places of both texts, of those in the sketch."""

    same: int
    different: int
    changed: NotRequired[list[ChangedFactRecord]]


class MatchRecord(TypedDict):
    """An earlier article of the window that this one resembles."""

    article_id: str
    source: str | None
    relation: Literal["copy", "excerpt", "expansion", "compilation", "revision", "template", "similar"]
    jaccard: float
    containment: ContainmentRecord
    shared_keys: int
    facts: FactsRecord
    member: bool
    reason: str


class NoveltyRecord(TypedDict):
    """Articles of a story that came before."""

    hour: int
    day: int
    window: int


class ThresholdsRecord(TypedDict):
    """The thresholds in force when this verdict was made."""

    copy_overlap: float
    member_containment: float
    member_share: float
    member_words: int
    link_shared_keys: int
    template_share: float
    template_facts: int
    template_kept: float
    template_overlap: float
    equal_jaccard: NotRequired[float | None]
    equal_facts: NotRequired[int | None]
    frame_share: NotRequired[float | None]
    frame_grams: NotRequired[int | None]
    part_share: float
    floor_jaccard: float
    floor_containment: float
    minimum_words: int
    window_seconds: int


class DetectionRecord(TypedDict):
    """The verdict on one article."""

    story_id: str | None
    relation: Literal["original", "copy", "excerpt", "expansion", "compilation", "revision", "withdrawn"]
    original_id: str | None
    unseen_agency: str | None
    syndicated: bool | None
    credited: NotRequired[Literal["provider", "cites", "none"] | None]
    supersedes: str | None
    unmatched_reason: Literal["too_short", "canceled", "standing_text"] | None
    matches: list[MatchRecord]
    story_size: int
    novelty: NoveltyRecord
    thresholds: ThresholdsRecord
    algorithm: str


class EnrichedArticleRecord(NormalisedArticleRecord):
    """One article with its verdict."""

    detection: DetectionRecord


class PublisherRecord(TypedDict):
    """A publisher's share of a story."""

    source: str
    articles: int


class NamedRecord(TypedDict):
    """How many of a story's articles credit an agency, or are in a language."""

    name: str
    articles: int


class StoryRecord(TypedDict):
    """A group of copies, from its second article on. Its state after event number `version`."""

    story_id: str
    version: int
    headline: str | None
    language: str
    original_id: str | None
    original_source: str | None
    original_status: Literal["usable", "withheld", "canceled"]
    original_evidence: Literal["agency", "link", "published_at", "arrival", "none"]
    unseen_agency: str | None
    articles: int
    copies: int
    publishers: list[PublisherRecord]
    families: NotRequired[int | None]
    other_publishers_articles: int
    agencies: list[NamedRecord]
    languages: list[NamedRecord]
    recent: NoveltyRecord
    first_seen: str
    last_seen: str
    replaced_by: NotRequired[str | None]


class OriginalRecord(TypedDict):
    """What an event says of the story's original, where that changes. Absent: unchanged."""

    original_id: NotRequired[str | None]
    original_source: NotRequired[str | None]
    original_status: NotRequired[Literal["usable", "withheld", "canceled"] | None]
    original_evidence: NotRequired[Literal["agency", "link", "published_at", "arrival", "none"] | None]
    unseen_agency: str | None
    headline: NotRequired[str | None]


class CountedRecord(TypedDict):
    """What an article counts for in its story's record."""

    source: str | None
    agency: str | None
    language: str


class AbsorbedRecord(TypedDict):
    """What a story that was merged into another brought there: as its record had it."""

    story_id: str
    articles: int
    copies: int
    publishers: list[PublisherRecord]
    other_publishers_articles: int
    agencies: list[NamedRecord]
    languages: list[NamedRecord]
    first_seen: str


class StoryEventRecord(TypedDict):
    """One change of one story. Folding a story's events in order gives its record."""

    story_id: str
    sequence: int
    type: Literal["started", "joined", "left", "original_changed", "corrected", "withdrawn", "merged"]
    article_id: str
    content_digest: str
    source: str | None
    language: str
    headline: str | None
    relation: Literal["original", "copy", "excerpt", "expansion", "compilation", "revision", "withdrawn"]
    status: Literal["usable", "withheld", "canceled"]
    agency: str | None
    recent: NoveltyRecord
    original: OriginalRecord | None
    replaces: NotRequired[CountedRecord | None]
    copies: list[str]
    changed: NotRequired[list[ChangedFactRecord]]
    replaced_by: NotRequired[str | None]
    absorbed: NotRequired[AbsorbedRecord | None]
    time: str
    reason: str
