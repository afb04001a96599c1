"""Fields of feeds, wire items and archives: how many are as their standards say."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from schemas.records import NormalisedArticleRecord
from streams.pipeline import Pipeline, normalised
from streams.sources.inputs import Meter, read_events
from tests.quality.kept import compare
from tests.quality.standards.documents import Document, documents

_RECORD_BYTES = 2 << 20
# What a raw event has; the rest of an article is found out about its text.
_FIELDS = (
    "version", "source", "url", "title", "byline", "credit", "language", "text", "published_at",
    "fetched_at", "embargoed_until",
)  # fmt: skip


def main(*, keep: bool) -> int:
    """Measure and compare; -> the exit code."""
    return compare("standards", figures, keep=keep)


def figures() -> dict[str, float]:
    """Right fields of all that the labels or the articles have, by standard and in all."""
    right, fields = defaultdict[str, int](int), defaultdict[str, int](int)
    for document in documents():
        for _, wanted, got in compared(document):
            for name in (document.standard, "all standards"):
                fields[name] += 1
                right[name] += wanted == got
    return {f"{name}: fields right": right[name] / fields[name] for name in fields}


def compared(document: Document) -> Iterator[tuple[str, object, object]]:
    """-> (field, as labelled, as read) of each field that either has."""
    articles = list(map(fields_of, articles_of(document)))
    items = document.items
    yield "articles", len(items), len(articles)
    articles += [{}] * (len(items) - len(articles))
    items = [*items, *[{}] * (len(articles) - len(items))]
    for number, (wanted, got) in enumerate(zip(items, articles, strict=True), 1):
        for name in sorted(wanted.keys() | got.keys()):
            yield f"{number}.{name}", wanted.get(name), got.get(name)


def articles_of(document: Document) -> list[NormalisedArticleRecord]:
    """The articles that the service makes of a file."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"document.{document.suffix}"
        path.write_bytes(document.content)
        events = list(read_events([path], Meter()))
    return normalised(Pipeline().records(events), _RECORD_BYTES, None).chunk.articles


def fields_of(article: NormalisedArticleRecord) -> dict[str, object]:
    """Those of its fields that come from the document, without the empty ones."""
    found: dict[str, object] = {name: article[name] for name in _FIELDS}  # type: ignore[literal-required]
    found["id"] = article["producer_id"]
    found["status"] = None if article["status"] == "usable" else article["status"]
    found |= {f"attributes.{name}": value for name, value in article["attributes"].items()}
    if article["dropped"]:
        found["dropped"] = ", ".join(article["dropped"])
    return {name: value for name, value in found.items() if value not in (None, "", "und")}


def show_wrong() -> None:
    """Print each field that is read wrong."""
    for document in documents():
        for field, wanted, got in compared(document):
            if wanted != got:
                print(f"{document.standard}, {document.name}\n  {field}: {got!r}, not {wanted!r}")


if __name__ == "__main__":
    show_wrong() if "--wrong" in sys.argv else sys.exit(main(keep="--keep" in sys.argv))
