"""Single fields of feed items: authors, sources, links, bodies, times."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sources.test_feeds import ATOM, JSON_FEED, events


def rss(item: str, channel: str = "<link>https://www.daily.example/</link>") -> str:
    return f"""<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"
xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>{channel}
<item><guid isPermaLink="false">1</guid>{item}</item></channel></rss>"""


@pytest.mark.parametrize(
    ("authors", "byline"),
    [
        ("<author>desk@daily.example (Ana Berg)</author>", "Ana Berg"),
        ("<author>desk@daily.example</author>", None),
        ("<author>Ana Berg</author>", "Ana Berg"),
        ("<author>noreply@blog.example (Ana Berg)</author>", "Ana Berg"),
        ("<dc:creator>Ana Berg</dc:creator><dc:creator>Bo Cole</dc:creator>", "Ana Berg, Bo Cole"),
        ("<author>a@b.example (Ana)</author><dc:creator>Ana</dc:creator>", "Ana"),
        ("<dc:creator>Ana Berg &lt;ana@daily.example&gt;</dc:creator>", "Ana Berg"),
        (
            "<author>Ana Berg &lt;ana@daily.example&gt;, Bo Cole &lt;bo@daily.example&gt;</author>",
            "Ana Berg, Bo Cole",
        ),
        ("<author>a@daily.example (Ana Berg); b@b.example (Bo Cole)</author>", "Ana Berg, Bo Cole"),
    ],
)
def test_a_byline_is_all_authors_without_their_addresses(
    tmp_path: Path, authors: str, byline: str | None
) -> None:
    (item,) = events(tmp_path / "a.rss", rss(authors))
    assert item.get("byline") == byline


def test_an_atom_entry_without_authors_has_its_sources_or_its_feeds(tmp_path: Path) -> None:
    entry = ATOM.replace("<author><name>Bo Cole</name></author>", "{}")
    feed = entry.replace("<entry>", "<author><name>Cy Dahl</name></author><entry>")
    (item,) = events(tmp_path / "a.atom", feed.replace("{}", ""))
    assert item["byline"] == "Cy Dahl"
    source = "<source><author><name>Di Eck</name></author></source>"
    (item,) = events(tmp_path / "a.atom", feed.replace("{}", source))
    assert item["byline"] == "Di Eck"


@pytest.mark.parametrize(
    "name", ["authors", "content", "source", "title_detail", "updated", "id", "link", "language"]
)
@pytest.mark.parametrize("element", ["<{0}>x</{0}>", '<{0} a="1"><b/></{0}>'])
def test_an_element_named_like_a_field_of_the_parser_costs_no_item(
    tmp_path: Path, name: str, element: str
) -> None:
    text = "<description>Pier to be rebuilt</description>"
    (item,) = events(tmp_path / "a.rss", rss(f"{element.format(name)}{text}"))
    assert item["text"] == "Pier to be rebuilt"


@pytest.mark.parametrize(
    ("item", "source"),
    [
        ("<link>https://daily.example/1</link>", "daily.example"),
        ("<link>https://news.daily.example/1</link>", "daily.example"),
        ("<link>https://other.example/1</link>", "other.example"),
        ("<link>https://feeds.feedburner.com/~r/d/1</link>", "daily.example"),
        ('<link>https://news.google.com/1</link><source url="https://other.example">O</source>',
         "other.example"),
        ('<source url="https://feeds.feedburner.com/o">Other</source>', "Other"),
    ],
)  # fmt: skip
def test_an_aggregated_entry_has_a_source_of_its_own(
    tmp_path: Path, item: str, source: str
) -> None:
    (found,) = events(tmp_path / "a.rss", rss(item))
    assert found["source"] == source


@pytest.mark.parametrize("link", ["/news/1", "news/1", "//www.daily.example/news/1"])
def test_a_relative_link_is_one_of_its_site(tmp_path: Path, link: str) -> None:
    (item,) = events(tmp_path / "a.rss", rss(f"<link>{link}</link>"))
    assert item["url"].removeprefix("https:") == "//www.daily.example/news/1"


def test_xml_base_is_where_links_begin(tmp_path: Path) -> None:
    feed = ATOM.replace('xml:lang="de"', 'xml:base="https://blatt.example/de/"')
    (item,) = events(tmp_path / "a.atom", feed.replace('"https://blatt.example/1"', '"./7"'))
    assert item["url"] == "https://blatt.example/de/7"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<table><tr><th>Club</th><td>12</td></tr><tr><td>A</td><td>B</td></tr></table>",
         "Club 12\nA B"),
        ("<dl><dt>Cost</dt><dd>4 million</dd></dl>", "Cost\n4 million"),
        ("&lt;p&gt;One.&lt;/p&gt;&lt;p&gt;Two &amp;amp; more.&lt;/p&gt;", "One.\nTwo & more."),
        ("It holds that x<y there.", "It holds that x<y there."),
        ("<p>It holds that a<b there.</p><p>And <AAPL.O> rose.</p>",
         "It holds that a<b there.\nAnd <AAPL.O> rose."),
        ("if a <b and c> d", "if a <b and c> d"),
        ('<p class="x" hidden>One<br/>two <a href=/x>three</a> <o:p>four</o:p></p>',
         "One\ntwo three four"),
        ("<my-box>One</my-box> <!-- no --> two", "One two"),
        ("<html><body><p>One</p><html><body><p>two</p></body></html></body></html>", "One\ntwo"),
        ("<p>One\ntwo</p>\n<p>three</p>", "One two\nthree"),
        ("One\ntwo <b>three</b>", "One\ntwo three"),
    ],
)  # fmt: skip
def test_a_body_is_markup_as_far_as_its_tags_are_tags(tmp_path: Path, body: str, text: str) -> None:
    (item,) = events(
        tmp_path / "a.rss", rss(f"<content:encoded><![CDATA[{body}]]></content:encoded>")
    )
    assert item["text"] == text


@pytest.mark.parametrize("kind", ["text", "html"])
def test_atom_says_whether_its_text_is_plain(tmp_path: Path, kind: str) -> None:
    content = f'<content type="{kind}">&lt;b&gt;One&lt;/b&gt;</content>'
    start, end = ATOM.index("<content"), ATOM.index("</entry>")
    (item,) = events(tmp_path / "a.atom", ATOM[:start] + content + ATOM[end:])
    assert item["text"] == ("One" if kind == "html" else "<b>One</b>")


@pytest.mark.parametrize(
    ("date", "utc"),
    [
        ("Mon, 02 Mar 26 10:00:00 GMT", "2026-03-02T10:00:00Z"),
        ("2026/03/02 10:00:00", "2026-03-02T10:00:00Z"),
        ("lun., 02 mars 2026 10:00:00 +0100", "2026-03-02T09:00:00Z"),
        ("at the third stroke", "at the third stroke"),
    ],
)
def test_a_feeds_time_is_right_or_left_for_the_service_to_drop(
    tmp_path: Path, date: str, utc: str
) -> None:
    (item,) = events(tmp_path / "a.rss", rss(f"<pubDate>{date}</pubDate>"))
    assert item["published_at"] == utc


def test_an_item_of_a_json_feed_has_the_feeds_author_and_absolute_links(tmp_path: Path) -> None:
    feed = JSON_FEED | {"authors": [{"name": "Cy Dahl"}]}
    feed["items"] = [{"id": 8.5, "url": "/8", "content_text": "It holds that x<y <b>there</b>."}]
    (item,) = events(tmp_path / "feed.json", feed)
    assert item == {
        "id": "8.5",
        "source": "daily.example",
        "url": "https://www.daily.example/8",
        "byline": "Cy Dahl",
        "text": "It holds that x<y <b>there</b>.",
        "language": "en",
    }
