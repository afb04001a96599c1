"""ninjs, all versions: every property that has a place in a raw article."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.sources.reading import articles, read

URI = "urn:newsml:wire.example:20260302:17"
# After the examples that come with the standard: 1.4, 2.1 and 3.1.
NINJS_1 = {
    "uri": URI, "type": "text", "mimetype": "text/html", "version": "4",
    "versioncreated": "2026-03-02T10:00:00Z", "firstcreated": "2026-03-02T09:00:00Z",
    "embargoed": "2026-03-02T18:00:00Z", "pubstatus": "withheld", "urgency": 3,
    "copyrightholder": "Wire Example", "usageterms": "No archive.", "ednote": "Adds quote.",
    "language": "en", "byline": "Ana Berg", "headline": "Bridge", "slugline": "BRIDGE",
    "infosource": [{"name": "Wire Example", "uri": "https://wire.example/"}],
    "description_text": "A summary.", "body_html": "<p>One.</p><p>Two.</p>",
}  # fmt: skip
NINJS_2 = {
    "uri": URI, "standard": {"name": "ninjs", "version": "2.1"}, "type": "text", "version": "4",
    "versioncreated": "2026-03-02T10:00:00Z", "firstcreated": "2026-03-02T09:00:00Z",
    "embargoed": "2026-03-02T18:00:00Z", "pubstatus": "withheld", "urgency": 3,
    "copyrightholder": "Wire Example", "usageterms": "No archive.", "ednote": "Adds quote.",
    "language": "en", "by": "Ana Berg", "slugline": "BRIDGE",
    "headlines": [{"role": "short", "value": "B"}, {"role": "main", "value": "Bridge"}],
    "infosources": [{"name": "Wire Example"}],
    "bodies": [
        {"role": "summary", "contenttype": "text/plain", "value": "A summary, and a long one."},
        {"role": "main", "contenttype": "text/html", "value": "<p>One.</p><p>Two.</p>"},
    ],
}  # fmt: skip
NINJS_3 = {
    "uri": URI, "standard": {"name": "ninjs", "version": "3.1"}, "type": "text", "version": "4",
    "versionCreated": "2026-03-02T10:00:00Z", "firstCreated": "2026-03-02T09:00:00Z",
    "embargoedUntil": "2026-03-02T18:00:00Z", "pubStatus": "withheld", "urgency": 3,
    "copyrightHolder": "Wire Example", "usageTerms": "No archive.", "edNote": "Adds quote.",
    "language": "en", "by": "Ana Berg", "slugline": "BRIDGE",
    "headlines": [{"role": "seo", "value": "B"}, {"value": "Bridge"}],
    "infoSources": [{"name": "Wire Example"}],
    "bodies": [
        {"role": "abstract", "contentType": "text/html", "value": "<p>A summary.</p>"},
        {"contentType": "text/html", "value": "<p>One.</p><p>Two.</p>"},
    ],
}  # fmt: skip


@pytest.mark.parametrize("document", [NINJS_1, NINJS_2, NINJS_3], ids=["1.4", "2.1", "3.1"])
def test_each_version_gives_the_same_article(tmp_path: Path, document: dict[str, Any]) -> None:
    (item,) = articles(tmp_path / "item.json", document)
    assert item == {
        "id": URI,
        "version": 4,
        "source": "Wire Example",
        "title": "Bridge",
        "byline": "Ana Berg",
        "credit": "Wire Example",
        "text": "One.\nTwo.",
        "language": "en",
        "published_at": "2026-03-02T09:00:00Z",
        "embargoed_until": "2026-03-02T18:00:00Z",
        "status": "withheld",
        "attributes": {
            "ednote": "Adds quote.",
            "urgency": "3",
            "usageterms": "No archive.",
            "slugline": "BRIDGE",
        },
    }


@pytest.mark.parametrize("name", ["body_html", "body_xhtml", "body_text", "body_main", "body_new"])
def test_any_body_of_version_1_is_the_text(tmp_path: Path, name: str) -> None:
    (item,) = articles(tmp_path / "item.json", {"uri": URI, "body_summary": "No.", name: "Yes."})
    assert item["text"] == "Yes."


@pytest.mark.parametrize("status", ["canceled", "stat:canceled", "CANCELED", "cancelled"])
def test_a_kill_needs_no_body(tmp_path: Path, status: str) -> None:
    (item,) = articles(tmp_path / "item.json", {"uri": URI, "pubStatus": status, "bodies": []})
    assert item == {"id": URI, "status": "canceled"}


@pytest.mark.parametrize("name", ["items.json", "items.jsonl"])
def test_an_array_and_lines_of_items_are_one_event_each(tmp_path: Path, name: str) -> None:
    items = [NINJS_3, NINJS_1 | {"uri": "urn:2"}]
    path = tmp_path / name
    content: Any = b"\n".join(map(orjson.dumps, items)) if name.endswith("l") else items
    assert [item["id"] for item in articles(path, content)] == [URI, "urn:2"]


def test_plain_text_is_not_markup(tmp_path: Path) -> None:
    text = "Shares of <AAPL.O> rose while x<y held."
    body = {"contentType": "text/plain", "value": text}
    (item,) = articles(tmp_path / "item.json", {"uri": URI, "bodies": [body]})
    assert item["text"] == text


def test_texts_in_the_items_language_come_first(tmp_path: Path) -> None:
    headlines = [{"value": "Pont", "language": "fr"}, {"value": "Bridge", "language": "en-GB"}]
    (item,) = articles(
        tmp_path / "item.json",
        {"uri": URI, "language": "en", "headlines": headlines, "body_text": "One."},
    )
    assert item["title"] == "Bridge"


def test_an_event_knows_where_each_field_stood(tmp_path: Path) -> None:
    (event,), _ = read(tmp_path / "item.json", NINJS_2)
    assert event.taken_from["title"] == "headlines[main]"
    assert event.taken_from["text"] == "bodies[main]"
    assert event.taken_from["published_at"] == "firstcreated"


def test_a_raw_article_with_a_uri_is_not_ninjs(tmp_path: Path) -> None:
    own = {"uri": "x", "headline": "h", "text": "One.", "id": "7"}
    assert articles(tmp_path / "item.json", own) == [own]
