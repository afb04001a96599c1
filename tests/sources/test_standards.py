"""Feeds, wire items and archives are read as their standards say: `tests/quality/standards`."""

from __future__ import annotations

import pytest

from tests.quality.standards.documents import Document, documents
from tests.quality.standards.suite import compared, figures

MUST = 0.98
# Tags in what calls itself plain text are removed from every article's text.
KNOWN = {
    "1.0, an author alone, an id that is a number, text that is plain whatever it looks like": {
        "1.text"
    },
}
STANDARDS = {
    "atom", "json_feed", "newsml_1", "newsml_g2", "ninjs", "nitf", "rdf", "rss", "warc",
}  # fmt: skip


def test_fields_are_right_by_every_standard() -> None:
    measured = figures()
    assert measured.keys() == {f"{name}: fields right" for name in STANDARDS | {"all standards"}}
    assert {name: right for name, right in measured.items() if right < MUST} == {}


def test_there_are_enough_documents_to_say_so() -> None:
    found = documents()
    assert len(found) >= 60
    assert sum(len(item) for document in found for item in document.items) >= 400


def test_a_field_that_is_read_wrong_counts_and_so_does_one_that_should_be_absent() -> None:
    document = next(d for d in documents() if d.standard == "atom")
    (item,) = document.items
    right = sum(1 for _ in compared(document))
    item |= {"title": "Something else", "credit": "Wire"}
    del item["url"]
    wrong = {field for field, wanted, got in compared(document) if wanted != got}
    assert wrong == {"1.title", "1.credit", "1.url"}
    assert sum(1 for _ in compared(document)) == right + 1


@pytest.mark.parametrize("document", documents(), ids=lambda d: f"{d.standard}: {d.name}")
def test_a_document_is_read_as_its_standard_says(document: Document) -> None:
    wrong = {field: got for field, wanted, got in compared(document) if wanted != got}
    assert set(wrong) == KNOWN.get(document.name, set())
