"""Feeds, wire items and archives, damaged at random: never an error, never slow.

Each is a good file of its kind with some of its bytes cut, doubled, moved, changed or replaced by
what parsers stumble on. A chance number is the whole input of a mutation, so that it can be made
again: `FUZZ_FROM` is the first, `FUZZ_MUTATIONS` how many of each kind.
"""

from __future__ import annotations

import copy
import gzip
import json
import os
import random
import time
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from schemas import RawArticle
from streams.articles.normalise import decode_chunk
from streams.sources.inputs import Meter, read_events
from streams.sources.raw_events import FileRecord
from tests.sources.test_archives import PAGE, record
from tests.sources.test_newsml import NITF, XHTML, inline, item

MUTATIONS = int(os.environ.get("FUZZ_MUTATIONS", "150"))
FIRST = int(os.environ.get("FUZZ_FROM", "0"))
SLOWEST_SECONDS = 2.0  # of the processor's time, for one file of some thousand bytes
MOST_CHANGES = 6
RECORD_BYTES = 2 << 20

RSS = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xml:base="https://daily.example/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>Daily</title><link>https://daily.example/</link><language>en-gb</language>
<item><guid isPermaLink="false">n-1</guid><title>Pier &amp; quay</title>
<link>/news/1?a=1&amp;b=2</link>
<dc:creator>Ana Berg</dc:creator><author>desk@daily.example (Bo Cole)</author>
<pubDate>Mon, 02 Mar 2026 10:00:00 GMT</pubDate><description>Short.</description>
<content:encoded><![CDATA[<p>The council voted.</p><table><tr><td>A</td><td>1</td></tr></table>]]>
</content:encoded><source url="https://wire.example/rss">Wire</source></item>
<item><title>&lt;b&gt;Two&lt;/b&gt;</title><description>x&lt;y and 5 &gt; 4</description></item>
</channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title>Daily</title>
<link rel="self" href="https://daily.example/atom"/><author><name>Desk</name></author>
<entry><id>urn:uuid:1</id><title type="html">&lt;i&gt;Pier&lt;/i&gt;</title><link href="a/1"/>
<updated>2026-03-02T10:00:00+01:00</updated><published>2026-03-02T09:00:00Z</published>
<author><name>Ana Berg</name><email>ana@daily.example</email></author>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>The council voted.</p></div>
</content><source><title>Wire</title><link href="https://wire.example/"/></source></entry></feed>"""
JSON_FEED = json.dumps({
    "version": "https://jsonfeed.org/version/1.1", "title": "Daily", "language": "en",
    "home_page_url": "https://daily.example/", "authors": [{"name": "Desk"}],
    "items": [
        {"id": "1", "url": "/a/1", "title": "Pier", "content_html": "<p>Voted.</p>",
         "language": "de",
         "date_published": "2026-03-02T10:00:00Z", "authors": [{"name": "Ana Berg"}]},
        {"id": 2, "external_url": "https://b.example/2", "content_text": "x<y", "summary": "s"},
    ],
})  # fmt: skip
NINJS = json.dumps([
    {"uri": "urn:1", "version": "2", "pubstatus": "usable", "headline": "Pier",
     "byline": "Ana Berg",
     "body_html": "<p>The council voted.</p>", "versioncreated": "2026-03-02T10:00:00Z",
     "infosource": [{"name": "Wire"}], "usageterms": "none"},
    {"uri": "urn:2", "standard": {"name": "ninjs", "version": "3.0"}, "pubStatus": "canceled",
     "headlines": [{"role": "main", "value": "Pier", "language": "en"}],
     "firstCreated": "2026-03-02",
     "bodies": [{"role": "main", "value": "Text.", "contentType": "text/plain"},
                {"role": "summary", "value": "S", "contentType": "text/html"}],
     "infoSources": [{"uri": "https://wire.example", "name": "Wire"}],
     "embargoedUntil": "2026-03-03"},
])  # fmt: skip
NEWSML_1 = """<NewsML Version="1.2"><NewsItem xml:lang="fr"><Identification><NewsIdentifier>
<ProviderId>wire.example</ProviderId><DateId>20260302</DateId><NewsItemId>N-1</NewsItemId>
<RevisionId PreviousRevision="0" Update="N">1</RevisionId></NewsIdentifier></Identification>
<NewsManagement><FirstCreated>20260302T080000+0100</FirstCreated><Status FormalName="Embargoed"/>
<StatusWillChange><DateAndTime>20260302T130000+0100</DateAndTime></StatusWillChange></NewsManagement>
<NewsComponent><NewsLines><HeadLine>Pier</HeadLine><ByLine>Par Ana Berg</ByLine></NewsLines>
<NewsComponent><Role FormalName="Main"/><ContentItem><MediaType FormalName="Text"/><DataContent>
<p>Le conseil a vot\u00e9.</p></DataContent></ContentItem></NewsComponent>
</NewsComponent></NewsItem>
</NewsML>"""
NEWSML = item(
    inline(NITF) + inline(XHTML, 'contenttype="application/xhtml+xml"'),
    meta="<pubStatus qcode='stat:usable'/><firstCreated>2026-03-02T10:00:00Z</firstCreated>",
)
WARC = record("a", PAGE.encode()) + record(
    "b", gzip.compress(PAGE.encode()), "Content-Type: text/html", "Content-Encoding: gzip"
)
KINDS = {
    "rss": ("rss", RSS.encode()),
    "atom": ("atom", ATOM.encode()),
    "json feed": ("json", JSON_FEED.encode()),
    "ninjs": ("json", NINJS.encode()),
    "newsml": ("xml", NEWSML.encode()),
    "newsml 1": ("xml", NEWSML_1.encode()),
    "nitf": ("xml", NITF.encode()),
    "warc": ("warc", WARC),
    "warc.gz": ("warc.gz", gzip.compress(WARC[:300]) + gzip.compress(WARC[300:])),
}
# What parsers stumble on.
STONES = (
    b"<", b">", b"&", b"]]>", b"<![CDATA[", b"<!--", b"-->", b"<!DOCTYPE x [<!ENTITY a 'b'>]>",
    b"&a;", b"&#0;", b"&#xD800;", b"&#x110000;", b"\0", b"\xff\xfe", b"\xef\xbb\xbf",
    b"\xed\xa0\x80", b"\xc3", b"\r\n", b'"', b"'", b"\\", b"\\ud800", b"{", b"}", b"[", b"]",
    b"null", b"true", b"-1", b"1e999", b"9" * 40, b"<p>" * 300, b"[" * 200, b'{"a":' * 100,
    b"a" * 3000, b"&lt;" * 500, b"</p>", b"xmlns=''", b"xml:base='::'", b"http://[", b"//",
    b"Content-Length: -1\r\n", b"Content-Length: 99999999999999999999\r\n", b"WARC/1.0\r\n",
    b"HTTP/1.1 200\r\n", b"Transfer-Encoding: chunked\r\n", b"ffffffffff\r\n", b"\x1f\x8b\x08",
    b"Mon, 31 Feb 2026", b"0000-00-00",
)  # fmt: skip


def mutated(content: bytes, chance: random.Random) -> bytes:
    """The content with one to six changes."""
    for _ in range(chance.randint(1, MOST_CHANGES)):
        start = chance.randrange(len(content) + 1)
        end = min(len(content), start + chance.choice((0, 1, 1, 4, 20, 200)))
        piece = content[start:end]
        content = chance.choice((
            content[:start] + content[end:],
            content[:start] + piece * 2 + content[end:],
            content[:start] + piece[::-1] + content[end:],
            content[:start] + chance.randbytes(len(piece)) + content[end:],
            content[:start] + chance.choice(STONES) + content[start:],
            content[:start] + chance.choice(STONES) + content[end:],
            content[:start],
        ))  # fmt: skip
    return content


# What properties of JSON may hold, and names of properties, elements and attributes.
VALUES: tuple[object, ...] = (
    None, True, 0, -1, 2**70, 1e300, "", " ", "x", "<p>a<b>", "\\ud800", "2026-03-02", "http://[",
    [], {}, [[]], [None], [1, "a", {}], {"name": None}, {"value": {}, "role": []}, ["a"] * 50,
)  # fmt: skip
NAMES = (
    "id", "url", "version", "authors", "bodies", "headlines", "items", "value", "role", "name",
    "title", "link", "date", "content", "summary", "newsItem", "inlineXML", "contentMeta", "nitf",
    "body.content", "byline", "item", "entry", "lang", "href", "type", "qcode", "guid",
)  # fmt: skip


def rearranged(content: bytes, suffix: str, chance: random.Random) -> bytes:
    """JSON or XML that is as well-formed as before, with other values and in another order."""
    if suffix == "json":
        document = json.loads(content)
        for _ in range(chance.randint(1, MOST_CHANGES)):
            _change_value(document, chance)
        return json.dumps(document).encode()
    root = etree.fromstring(content)
    for _ in range(chance.randint(1, MOST_CHANGES)):
        _change_element(root, chance)
    return etree.tostring(root)


def _change_value(document: Any, chance: random.Random) -> None:
    places: list[tuple[Any, Any]] = []
    waiting = [document]
    while waiting:
        value = waiting.pop()
        keys = value if isinstance(value, dict) else range(len(value))
        places += [(value, key) for key in keys]
        waiting += [value[key] for key in keys if isinstance(value[key], dict | list)]
    if not places:
        return
    holder, key = chance.choice(places)
    kept = holder[key]
    if isinstance(holder, dict) and chance.random() < 0.3:
        del holder[key]
        holder[chance.choice((chance.choice(NAMES), str(key).upper(), f"{key}s"))] = kept
    else:
        other, place = chance.choice(places)
        holder[key] = copy.deepcopy(chance.choice((*VALUES, [kept], {"value": kept}, other[place])))


def _change_element(root: Any, chance: random.Random) -> None:
    elements = [element for element in root.iter() if isinstance(element.tag, str)]
    element, other = chance.choice(elements), chance.choice(elements)
    match chance.randrange(6):
        case 0 if element is not root:
            element.getparent().remove(element)
        case 1:
            other.insert(0, copy.deepcopy(element))
        case 2:
            element.tag = chance.choice((chance.choice(NAMES), other.tag))
        case 3:
            element.set(chance.choice(NAMES), chance.choice(("", "x", "2026", "http://[", "a/b:c")))
        case 4:
            element.text = chance.choice(("", " ", "&", "<p>a<b", "2026-03", "9" * 40, "]]>"))
        case _:
            element.attrib.clear()


@pytest.mark.parametrize("kind", [kind for kind in KINDS if "warc" not in kind])
def test_a_rearranged_file_gives_events_in_time(kind: str, tmp_path: Path) -> None:
    suffix, content = KINDS[kind]
    path = tmp_path / f"a.{suffix}"
    read = 0
    for number in range(FIRST, FIRST + MUTATIONS):
        chance = random.Random(f"rearranged {kind} {number}")
        path.write_bytes(rearranged(content, "json" if suffix == "json" else "xml", chance))
        read += articles_in(path, f"{kind} {number}")
    assert read > MUTATIONS / 10


def articles_in(path: Path, name: str) -> int:
    """How many articles a file gives; fails if reading it takes too long."""
    started = time.process_time()
    events = list(read_events([path], Meter()))
    taken = time.process_time() - started
    assert taken < SLOWEST_SECONDS, f"{name}: {taken:.1f} s"
    decoded = decode_chunk([FileRecord(0, 0, e.value) for e in events], RECORD_BYTES)
    return sum(isinstance(article, RawArticle) for article in decoded.articles)


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_file_gives_events_or_is_passed_over_in_time(kind: str, tmp_path: Path) -> None:
    suffix, content = KINDS[kind]
    path = tmp_path / f"a.{suffix}"
    read = 0
    for number in range(FIRST, FIRST + MUTATIONS):
        path.write_bytes(mutated(content, random.Random(f"{kind} {number}")))
        read += articles_in(path, f"{kind} {number}")
    assert read > MUTATIONS / 50  # XML with any damage is no XML; some of it has to be tried whole


def test_a_file_without_damage_is_read(tmp_path: Path) -> None:
    for kind, (suffix, content) in KINDS.items():
        path, meter = tmp_path / f"{kind}.{suffix}", Meter()
        path.write_bytes(content)
        assert len(list(read_events([path], meter))) >= 1, kind
        assert meter.refused == [], kind
