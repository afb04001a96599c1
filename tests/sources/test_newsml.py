"""NewsML-G2 and NITF: the story and nothing but the story, from the rendition that is meant."""

from __future__ import annotations

import json
from pathlib import Path
from time import process_time

import pytest

from streams.sources.inputs import Meter, read_events
from tests.sources.reading import articles

BODY = "<p>GENEVA (AP) - One.</p><p>Two.</p>"
NITF = f"""<nitf><head><title>Pier</title><docdata management-status="usable">
<doc-id regsrc="Wire Example" id-string="w-7"/><urgency ed-urg="4"/>
<date.issue norm="20260302T090000Z"/><date.release norm="20260302T180000Z"/>
<ed-msg info="Adds quote."/><doc.copyright holder="AP"/><du-key key="PIER" version="3"/></docdata>
</head><body xml:lang="en"><body.head><hedline><hl1>Pier to be rebuilt</hl1><hl2>Sub</hl2></hedline>
<byline>By <person>Ana Berg</person> and <person>Bo Cole</person><byttl>AP Writers</byttl></byline>
<distributor>The Associated Press</distributor><dateline><location>GENEVA</location></dateline>
<abstract><p>Council votes.</p></abstract></body.head><body.content>{BODY}</body.content>
<body.end><tagline>desk@wire.example</tagline></body.end></body></nitf>"""
XHTML = f"""<html xmlns="http://www.w3.org/1999/xhtml"><head><title>Pier</title></head><body>
<header><ul><li>Ports</li></ul><time>02.03.2026</time><h1>Pier to be rebuilt</h1></header>
<section>{BODY}</section><footer>desk@wire.example</footer></body></html>"""


CLASSES = f"""<html xmlns="http://www.w3.org/1999/xhtml"><body><div class="headline">Pier</div>
<p class="byline">By Ana Berg</p><p class="slug-line keywords">pier, port</p>{BODY}
</body></html>"""


def item(content: str, meta: str = "", head: str = "", language: str = "en") -> str:
    return f"""<?xml version="1.0"?><newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="g"
version="2"><itemMeta>{meta}</itemMeta><contentMeta><headline>Pier to be rebuilt</headline>{head}
<language tag="{language}"/></contentMeta><contentSet>{content}</contentSet></newsItem>"""


def inline(xml: str, attributes: str = "") -> str:
    return f"<inlineXML {attributes}>{xml}</inlineXML>"


def test_a_nitf_document_is_an_article_of_its_own(tmp_path: Path) -> None:
    (found,) = articles(tmp_path / "a.xml", NITF)
    assert found == {
        "id": "w-7",
        "version": 3,
        "source": "Wire Example",
        "title": "Pier to be rebuilt",
        "byline": "Ana Berg, Bo Cole",
        "credit": "The Associated Press",
        "text": "GENEVA (AP) - One.\nTwo.",
        "language": "en",
        "published_at": "20260302T090000Z",
        "embargoed_until": "20260302T180000Z",
        "status": "usable",
        "attributes": {
            "ednote": "Adds quote.",
            "urgency": "4",
            "slugline": "PIER",
            "dateline": "GENEVA",
        },
    }


@pytest.mark.parametrize("xml", [NITF, XHTML, CLASSES], ids=["nitf", "xhtml", "classes"])
def test_the_text_is_the_story_without_head_and_foot(tmp_path: Path, xml: str) -> None:
    (found,) = articles(tmp_path / "a.xml", item(inline(xml)))
    assert found["text"] == "GENEVA (AP) - One.\nTwo."
    assert found["title"] == "Pier to be rebuilt"


def test_byline_and_credit_of_nitf_inside_newsml_count_where_newsml_has_none(
    tmp_path: Path,
) -> None:
    (found,) = articles(tmp_path / "a.xml", item(inline(NITF)))
    assert (found["byline"], found["credit"]) == ("Ana Berg, Bo Cole", "The Associated Press")
    own = item(inline(NITF), head="<by>Cy Dahl</by><creditline>dpa</creditline>")
    (found,) = articles(tmp_path / "a.xml", own)
    assert (found["byline"], found["credit"]) == ("Cy Dahl", "dpa")


@pytest.mark.parametrize(
    "content",
    [
        inline("<p>Short.</p>", 'rendition="rnd:summary"') + inline("<p>Whole.</p>"),
        inline("<p>Court.</p>", 'xml:lang="fr"') + inline("<p>Whole.</p>", 'xml:lang="en-GB"'),
        '<inlineData contenttype="text/plain">Plain.</inlineData>' + inline("<p>Whole.</p>"),
        inline("<p>Abstract.</p>", 'role="drol:abstract"')
        + '<inlineData role="drol:main" contenttype="text/plain">Whole.</inlineData>',
        '<inlineData encoding="http://cv.iptc.org/newscodes/encoding/base64">V2hvbGUu</inlineData>',
    ],
    ids=["summary first", "other language first", "plain first", "by role", "base64"],
)
def test_the_rendition_is_chosen_by_role_and_language(tmp_path: Path, content: str) -> None:
    (found,) = articles(tmp_path / "a.xml", item(content))
    assert found["text"] == "Whole."


def test_the_headline_is_chosen_by_role_and_language(tmp_path: Path) -> None:
    head = '<headline role="hld:main">Main</headline><headline xml:lang="fr">F</headline>'
    (found,) = articles(tmp_path / "a.xml", item(inline("<p>x</p>"), head=head))
    assert found["title"] == "Main"


@pytest.mark.parametrize(
    ("provider", "source"),
    [
        ('uri="http://www.wire.example/"', "wire.example"),
        ('uri="https://wire.example/about/us/"', "wire.example"),
        ('qcode="nprov:WIRE"', "WIRE"),
        ('literal="Wire Example"', "Wire Example"),
    ],
)
def test_a_provider_is_a_name_or_an_address(tmp_path: Path, provider: str, source: str) -> None:
    (found,) = articles(tmp_path / "a.xml", item(inline("<p>x</p>"), f"<provider {provider}/>"))
    assert found["source"] == source


@pytest.mark.parametrize(
    "code",
    ['qcode="stat:canceled"', 'uri="http://cv.iptc.org/newscodes/pubstatusg2/canceled"'],
)
def test_a_kill_is_known_by_its_code_or_address(tmp_path: Path, code: str) -> None:
    (found,) = articles(tmp_path / "a.xml", item("", f"<pubStatus {code}/>"))
    assert found["status"] == "canceled"


@pytest.mark.parametrize("broken", ["&eacute;", "&#x1f;", "\x07", "&#31;"])
def test_an_html_entity_or_a_control_character_does_not_lose_the_item(
    tmp_path: Path, broken: str
) -> None:
    (found,) = articles(tmp_path / "a.xml", item(inline(f"<p>One{broken}.</p>")))
    assert found["text"] == ("Oneé." if "eacute" in broken else "One.")


SITEMAP = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url/></urlset>'


@pytest.mark.parametrize(
    ("name", "content"),
    [("b.xml", SITEMAP), ("b.xml", "<opml/>"), ("b.xml", "<rss"), ("b.jsonl.gz", "no gzip")],
)
def test_a_file_that_cannot_be_read_is_named_and_passed_over(
    tmp_path: Path, name: str, content: str
) -> None:
    for other in ("a", "c"):
        (tmp_path / f"{other}.jsonl").write_text(f'{{"id": "{other}", "text": "One."}}')
    (tmp_path / name).write_text(content)
    meter = Meter()
    ids = [json.loads(event.value)["id"] for event in read_events([tmp_path], meter)]
    assert ids == ["a", "c"]
    (why,) = meter.refused
    assert name in why


def test_thousands_of_contents_are_read_in_bounded_time(tmp_path: Path) -> None:
    content = (
        "<ContentItem><MediaType FormalName='Text'/><DataContent>One.</DataContent></ContentItem>"
    )
    xml = f"""<NewsML><NewsItem><Identification><NewsIdentifier><NewsItemId>1</NewsItemId>
    </NewsIdentifier></Identification><NewsComponent>{content * 10_000}</NewsComponent>
    </NewsItem></NewsML>"""
    started = process_time()
    [article] = articles(tmp_path / "a.xml", xml)
    assert article["text"] == "One."
    assert process_time() - started < 20  # it takes one


def test_the_contents_of_the_main_component_are_the_story(tmp_path: Path) -> None:
    def component(role: str, *texts: str) -> str:
        contents = "".join(
            f"<ContentItem><DataContent>{t}</DataContent></ContentItem>" for t in texts
        )
        return f"<NewsComponent><Role FormalName='{role}'/>{contents}</NewsComponent>"

    parts = component("Caption", "A pier.", "Another.") + component("Main", "Whole.", "Rest.")
    xml = f"<NewsML><NewsItem><NewsComponent>{parts}</NewsComponent></NewsItem></NewsML>"
    [article] = articles(tmp_path / "a.xml", xml)
    assert article["text"] == "Whole."
