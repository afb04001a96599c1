"""Feeds, wire items and archives come in as raw events, field by field."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from schemas import RawArticle
from streams.sources.inputs import read_events
from streams.sources.raw_events import InputError

RSS = """<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Daily</title>
<link>https://www.daily.example/</link><language>en</language>
<item><guid>a-17</guid><link>https://daily.example/a-17</link><title>Bridge &amp; river</title>
<dc:creator>Ana Berg</dc:creator><pubDate>Mon, 02 Mar 2026 10:00:00 +0100</pubDate>
<description>Short.</description>
<content:encoded><![CDATA[<p>The bridge is old.</p><p>It reopens.</p>]]></content:encoded></item>
<item><link>https://daily.example/b</link><title>Second</title><description>Words.</description></item>
</channel></rss>"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title>Blatt</title>
<link href="https://blatt.example/"/><entry><id>tag:blatt.example,2026:1</id>
<link href="https://blatt.example/1"/><title>Brücke</title><author><name>Bo Cole</name></author>
<published>2026-03-02T09:00:00Z</published><updated>2026-03-02T10:00:00Z</updated>
<content type="html">&lt;p&gt;Die Brücke.&lt;/p&gt;</content></entry></feed>"""

JSON_FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "home_page_url": "https://www.daily.example/",
    "language": "en",
    "items": [
        {
            "id": 7,
            "url": "https://daily.example/7",
            "title": "Bridge",
            "content_html": "<p>The bridge.</p>",
            "authors": [{"name": "Ana Berg"}, {"name": "Bo Cole"}],
            "date_published": "2026-03-02T10:00:00+01:00",
            "date_modified": "2026-03-02T11:00:00Z",
        }
    ],
}

NINJS = {
    "uri": "urn:newsml:wire.example:20260302:17",
    "standard": {"name": "ninjs", "version": "3.0"},
    "version": "2",
    "pubstatus": "withheld",
    "firstcreated": "2026-03-02T09:00:00Z",
    "versioncreated": "2026-03-02T10:00:00Z",
    "embargoed": "2026-03-02T18:00:00Z",
    "headlines": [{"value": "Bridge", "role": "main"}, {"value": "B", "role": "short"}],
    "bodies": [{"contenttype": "text/html", "value": "<p>One.</p><p>Two.</p>"}],
    "by": "Ana Berg",
    "creditline": "Wire / dpa",
    "ednote": "Eds: adds quote",
    "infosources": [{"name": "Wire Example", "role": "isrol:originfo"}],
    "language": "en-GB",
}

NEWSML = """<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><itemSet>
<newsItem guid="urn:newsml:wire.example:20260302:18" version="3" xml:lang="en">
<rightsInfo><usageTerms>No archive.</usageTerms></rightsInfo>
<itemMeta><provider literal="Wire Example"/><firstCreated>2026-03-02T09:00:00Z</firstCreated>
<versionCreated>2026-03-02T10:00:00Z</versionCreated><embargoed>2026-03-02T18:00:00Z</embargoed>
<pubStatus qcode="stat:canceled"/><edNote>Kill: wrong name.</edNote></itemMeta>
<contentMeta><headline>Bridge</headline><by>Ana Berg</by><creditline>Wire</creditline>
<language tag="en-GB"/><dateline>BERN, March 2</dateline></contentMeta>
<contentSet><inlineXML contenttype="application/nitf+xml">
<nitf xmlns="http://iptc.org/std/NITF/2006-10-18/"><body><body.content><p>One.</p><p>Two.</p>
</body.content></body></nitf></inlineXML></contentSet></newsItem></itemSet></newsMessage>"""


def events(path: Path, content: bytes | str | dict[str, Any]) -> list[dict[str, Any]]:
    if isinstance(content, dict):
        content = json.dumps(content, indent=1)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    values = [event.value for event in read_events([path])]
    assert all(RawArticle.model_validate_json(value) for value in values)
    return [json.loads(value) for value in values]


@pytest.mark.parametrize("name", ["a.rss", "a.xml"])
def test_an_rss_feed_is_one_event_an_item(tmp_path: Path, name: str) -> None:
    first, second = events(tmp_path / name, RSS)
    assert first == {
        "id": "a-17",
        "source": "daily.example",
        "url": "https://daily.example/a-17",
        "title": "Bridge & river",
        "byline": "Ana Berg",
        "text": "The bridge is old.\nIt reopens.",
        "language": "en",
        "published_at": "2026-03-02T09:00:00Z",
    }
    assert (second["id"], second["text"]) == ("https://daily.example/b", "Words.")


def test_an_atom_entry_has_a_version_that_rises_with_its_update(tmp_path: Path) -> None:
    (entry,) = events(tmp_path / "a.atom", ATOM)
    assert entry == {
        "id": "tag:blatt.example,2026:1",
        "version": 1_772_445_600,
        "source": "blatt.example",
        "url": "https://blatt.example/1",
        "title": "Brücke",
        "byline": "Bo Cole",
        "text": "Die Brücke.",
        "language": "de",
        "published_at": "2026-03-02T09:00:00Z",
        "attributes": {"updated": "2026-03-02T10:00:00Z"},
    }


def test_a_json_feed_is_one_event_an_item(tmp_path: Path) -> None:
    (item,) = events(tmp_path / "feed.json", JSON_FEED)
    assert item == {
        "id": "7",
        "version": 1_772_449_200,
        "source": "daily.example",
        "url": "https://daily.example/7",
        "title": "Bridge",
        "byline": "Ana Berg, Bo Cole",
        "text": "The bridge.",
        "language": "en",
        "published_at": "2026-03-02T10:00:00+01:00",
        "attributes": {"updated": "2026-03-02T11:00:00Z"},
    }


@pytest.mark.parametrize("indent", [None, 1])
def test_a_ninjs_item_keeps_status_embargo_credit_and_note(
    tmp_path: Path, indent: int | None
) -> None:
    (item,) = events(tmp_path / "item.json", json.dumps(NINJS, indent=indent))
    assert item == {
        "id": NINJS["uri"],
        "version": 2,
        "source": "Wire Example",
        "title": "Bridge",
        "byline": "Ana Berg",
        "credit": "Wire / dpa",
        "text": "One.\nTwo.",
        "language": "en-GB",
        "published_at": "2026-03-02T09:00:00Z",
        "embargoed_until": "2026-03-02T18:00:00Z",
        "status": "withheld",
        "attributes": {"ednote": "Eds: adds quote"},
    }


def test_a_newsml_item_keeps_status_embargo_credit_and_note(tmp_path: Path) -> None:
    (item,) = events(tmp_path / "item.xml", NEWSML)
    assert item == {
        "id": "urn:newsml:wire.example:20260302:18",
        "version": 3,
        "source": "Wire Example",
        "title": "Bridge",
        "byline": "Ana Berg",
        "credit": "Wire",
        "text": "One.\nTwo.",
        "language": "en-GB",
        "published_at": "2026-03-02T09:00:00Z",
        "embargoed_until": "2026-03-02T18:00:00Z",
        "status": "canceled",
        "attributes": {
            "ednote": "Kill: wrong name.",
            "dateline": "BERN, March 2",
            "usageterms": "No archive.",
        },
    }


def archive() -> bytes:
    output = io.BytesIO()
    writer = WARCWriter(output, gzip=False)
    for status, kind, body in (
        ("200 OK", "text/html; charset=windows-1252", "<p>Größe</p>".encode("cp1252")),
        ("200 OK", "image/png", b"\x89PNG"),
        ("404 Not Found", "text/html", b"<p>gone</p>"),
    ):
        headers = StatusAndHeaders(status, [("Content-Type", kind)], protocol="HTTP/1.1")
        record = writer.create_warc_record(
            "https://daily.example/a",
            "response",
            payload=io.BytesIO(body),
            http_headers=headers,
            warc_headers_dict={"WARC-Date": "2026-03-02T10:00:00Z"},
        )
        writer.write_record(record)
    return output.getvalue()


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz"])
def test_an_archive_gives_its_pages(tmp_path: Path, name: str) -> None:
    content = archive()
    (page,) = events(tmp_path / name, gzip.compress(content) if name.endswith("gz") else content)
    assert page.pop("attributes").keys() == {"record"}
    assert page == {
        "url": "https://daily.example/a",
        "html": "<p>Größe</p>",
        "fetched_at": "2026-03-02T10:00:00Z",
    }


@pytest.mark.parametrize("content", ["", "<html><p>x</p></html>", "no markup", "<rss"])
def test_xml_that_is_not_a_feed_is_rejected_by_name(tmp_path: Path, content: str) -> None:
    with pytest.raises(InputError, match=r"a\.xml: expected RSS, Atom, NewsML or NITF, got "):
        events(tmp_path / "a.xml", content)


def test_a_message_cannot_read_files(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    entity = f'<!DOCTYPE m [<!ENTITY x SYSTEM "file://{secret}">]>'
    (item,) = events(tmp_path / "item.xml", entity + NEWSML.replace("One.", "One. &x;"))
    assert "secret" not in item["text"]


def test_a_folder_of_feeds_is_read_in_the_order_of_names(tmp_path: Path) -> None:
    (tmp_path / "a.rss").write_text(RSS)
    (tmp_path / "b.json").write_text(json.dumps(NINJS))
    ids = [json.loads(event.value)["id"] for event in read_events([tmp_path])]
    assert ids == ["a-17", "https://daily.example/b", NINJS["uri"]]
