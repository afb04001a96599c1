"""The lines of a labelled set, as `evaluate` reads them and the desk exports them."""

from typing import NotRequired, TypedDict


class LabelledDocument(TypedDict):
    """A document; it may have any other field of a raw event. `cluster` is -1 for none."""

    idx: int
    text: str
    cluster: NotRequired[int]
    id: NotRequired[str]
    article_id: NotRequired[str]
    title: NotRequired[str | None]
    source: NotRequired[str | None]
    url: NotRequired[str | None]
    byline: NotRequired[str | None]
    credit: NotRequired[str | None]
    time: NotRequired[str]
    fetched_at: NotRequired[str]


class LabelledPair(TypedDict):
    """Two documents, each by its `idx`, and whether they are near-duplicates."""

    a: int
    b: int
    label: str
