"""All variants of an article's address have one form, and no two articles share one."""

from __future__ import annotations

import pytest

from streams.articles.address import canonical_address, domain_of, publisher
from streams.articles.address_rules import address_rules

STORY = "https://daily.example/news/bridge?id=5"


@pytest.mark.parametrize(
    "variant",
    [
        STORY,
        "  https://daily.example/news/bridge?id=5\n",
        "http://daily.example/news/bridge?id=5",
        "HTTPS://Daily.Example/news/bridge?id=5",
        "daily.example/news/bridge?id=5",
        "//daily.example/news/bridge?id=5",
        "https://daily.example./news/bridge?id=5",
        "https://daily.example:443/news/bridge?id=5",
        "http://daily.example:80/news/bridge?id=5",
        "https://reader:secret@daily.example/news/bridge?id=5",
        "https://www.daily.example/news/bridge?id=5",
        "https://www2.daily.example/news/bridge?id=5",
        "https://m.daily.example/news/bridge?id=5",
        "https://mobile.daily.example/news/bridge?id=5",
        "https://www.m.daily.example/news/bridge?id=5",
        "https://amp.daily.example/news/bridge?id=5",
        "https://daily.example/news/bridge/?id=5",
        "https://daily.example/news/bridge//?id=5",
        "https://daily.example/news/bridge?id=5#comments",
        "https://daily.example/news/bridge?id=5&",
        "https://daily.example/news/bridge?utm_source=feed&id=5&UTM_Campaign=x",
        "https://daily.example/news/bridge?id=5&partner=rss&emc=rss&maca=en-rss-en-all-1573-rdf",
        "https://daily.example/news/bridge?fbclid=IwAR0&id=5",
        "https://daily.example/news/bridge?id=5&gclid=1&ref=home",
        "https://daily.example/news/bridge;jsessionid=9F3A?id=5",
        "https://daily.example/news/bridge;JSESSIONID=9F3A.node1?id=5",
        "https://daily.example/news/bridge%3Bjsessionid=9F3A?id=5",
        "https://daily.example/news/bridge?id=5&PHPSESSID=1",
        "https://daily.example/news/bri%64ge?id=%35",
        "https://daily.example/news/bridge?id=5&print=1",
        "https://daily.example/news/bridge?print&id=5",
        "https://daily.example/news/bridge?id=5&view=print",
        "https://daily.example/amp/news/bridge?id=5",
        "https://daily.example/news/bridge/amp?id=5",
        "https://daily.example/news/bridge/amp/?id=5",
        "https://daily.example/news/bridge/amp.html?id=5",
        "https://daily.example/news/bridge.amp?id=5",
        "https://daily.example/news/bridge/amp/amp?id=5",
        "https://daily.example/news/bridge/%61mp?id=5",
        "https://daily.example/news/bridge?id=5&amp=1",
        "https://daily.example/news/bridge?id=5&outputType=amp",
        "https://www.google.com/amp/s/www.daily.example/news/bridge?id=5",
        "https://www.google.com/amp/s/daily.example/news/bridge%3fid=5",
        "https://www.google.com/amp/s/daily.example/news/bridge%3Fid=5?usqp=mq331AQ",
        "https://www.google.com/amp/daily.example/news/bridge/amp/?id=5",
        "https://google.co.uk/amp/s/amp.daily.example/news/bridge?id=5",
        "https://www-daily-example.cdn.ampproject.org/c/s/www.daily.example/news/bridge?id=5",
        "https://cdn.ampproject.org/v/s/daily.example/news/bridge?id=5&amp_js_v=0.1",
        "https://www-daily-example.bing-amp.com/c/s/www.daily.example/news/bridge?id=5",
        "https://daily.example/news/bridge?id=5&amp;utm_source=feed&amp;utm_medium=rss",
        "https://daily.example/news/bridge?utm_source=feed&amp;amp;id=5",
        "https://daily.example/news/bridge?id=5&_ga=2.1.3-4&_gl=1*a*b",
        "https://daily.example/news/bridge?id=5&srsltid=AfmBOo",
        "https://daily.example/news/bridge?id=5&src=rss",
        "https://daily.example/news/bridge?id=5&share=facebook&nb=1",
        "https://daily.example/news/bridge?id=5&replytocom=17",
        "https://daily.example/news/bridge?id=5&tmpl=component&print=1",
        "https://web.archive.org/web/20260302101500/https://www.daily.example/news/bridge?id=5",
        "https://web.archive.org/web/20260302101500if_/http://daily.example:80/news/bridge?id=5",
        "http://web.archive.org/web/2026*/daily.example/news/bridge?id=5",
        "https://web.archive.org/web/20260302101500/https:/daily.example/news/bridge?id=5",
        "https://archive.ph/2026.03.02-101500/https://daily.example/news/bridge?id=5",
        "https://archive.today/newest/https://daily.example/news/bridge?id=5",
        "https://arquivo.pt/wayback/20260302101500/https://daily.example/news/bridge?id=5",
        "https://wayback.archive-it.org/1068/20260302101500/https://daily.example/news/bridge?id=5",
        "https://webcache.googleusercontent.com/search?q=cache:Xy12_abcdEFG:STORY+bridge&hl=en",
        "https://daily-example.translate.goog/news/bridge?id=5&_x_tr_sl=en&_x_tr_tl=de&_x_tr_pto=wapp",
        "https://translate.google.com/translate?sl=en&u=https%3A%2F%2Fdaily.example%2Fnews%2Fbridge%3Fid%3D5",
        "https://www.google.com/url?sa=t&url=https%3A%2F%2Fdaily.example%2Fnews%2Fbridge%3Fid%3D5&usg=A",
        "https://l.facebook.com/l.php?u=https%3A%2F%2Fdaily.example%2Fnews%2Fbridge%3Fid%3D5&h=AT0",
        "https://r.jina.ai/https://daily.example/news/bridge?id=5",
        "https://web.archive.org/web/2026/https://www.google.com/amp/s/daily.example/news/bridge?id=5",
    ],
)
def test_variants_of_one_address_have_one_form(variant: str) -> None:
    escaped = STORY.replace("?", "%3F").replace("=", "%3D")
    assert canonical_address(variant.replace("STORY", escaped)) == STORY


@pytest.mark.parametrize("name", address_rules().tracking)
def test_a_tracking_parameter_goes(name: str) -> None:
    address = f"https://daily.example/news/bridge?id=5&{name.replace('*', 'anything')}=x"
    assert canonical_address(address) == STORY


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://bücher.example/a", "https://xn--bcher-kva.example/a"),
        ("https://BÜCHER.example/a", "https://www.xn--BCHER-KVA.example/a"),
        ("https://daily.example/brücke", "https://daily.example/br%C3%BCcke"),
        ("https://daily.example/br%c3%bccke", "https://daily.example/br%C3%BCcke"),
        ("https://daily.example/a b", "https://daily.example/a%20b"),
        ("https://daily.example/?q=a+b", "https://daily.example/?q=a%20b"),
        ("https://daily.example/a?x=1&y=2", "https://daily.example/a?y=2&x=1"),
        ("https://daily.example/#!/a/", "https://daily.example?_escaped_fragment_=/a"),
        ("https://daily.example/#!/a?utm_source=x", "https://daily.example/#!/a"),
        ("https://daily.example/#!", "https://daily.example/#top"),
        ("https://my--paper-daily-example.translate.goog/a", "https://my-paper.daily.example/a"),
        ("https://daily.example", "https://daily.example/"),
        (
            "daily.example/a?next=https://b.example/",
            "https://daily.example/a?next=https://b.example/",
        ),
    ],
)
def test_two_spellings_are_one_address(one: str, other: str) -> None:
    canonical = canonical_address(one)
    assert canonical is not None
    assert canonical.isascii()
    assert canonical == canonical_address(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://daily.example/story?id=5", "https://daily.example/story?id=6"),
        ("https://daily.example/story?sid=5", "https://daily.example/story?sid=6"),
        ("https://daily.example/story?source=5", "https://daily.example/story?source=6"),
        ("https://daily.example/story?a=1&a=2", "https://daily.example/story?a=1"),
        ("https://daily.example/story?id", "https://daily.example/story"),
        ("https://daily.example/story?print=8213", "https://daily.example/story?print=8214"),
        ("https://daily.example:8080/story", "https://daily.example:8081/story"),
        ("https://daily.example:8080/story", "https://daily.example/story"),
        ("https://daily.example/story-1", "https://daily.example/story-2"),
        ("https://daily.example/Story", "https://daily.example/story"),
        ("https://daily.example/a/b", "https://daily.example/a%2Fb"),
        ("https://daily.example/a?b", "https://daily.example/a%3Fb"),
        ("https://daily.example/ampere", "https://daily.example/ere"),
        ("https://daily.example/camp", "https://daily.example/c"),
        ("https://sport.daily.example/a", "https://daily.example/a"),
        ("https://daily.example/a", "https://weekly.example/a"),
        # Escaped in windows-1251: not UTF-8, but still two different articles.
        ("https://daily.example/%EC%EE%F1%F2", "https://daily.example/%F1%EC%EE%F2"),
        ("https://daily.example/?q=%EC%EE", "https://daily.example/?q=%F1%EC"),
        (
            "https://www.google.com/amp/s/daily.example/story?id=5",
            "https://www.google.com/amp/s/daily.example/story?id=6",
        ),
        ("https://daily.example/#!/story/5", "https://daily.example/#!/story/6"),
        ("https://daily.example/#/story/5", "https://daily.example/#/story/6"),
        ("https://daily.example/#!story=5", "https://daily.example/"),
        ("https://daily.example/a?src=17", "https://daily.example/a?src=18"),
        ("https://daily.example/a?source=17", "https://daily.example/a?source=rss"),
        ("https://daily.example/a?m=5", "https://daily.example/a?m=6"),
        ("https://daily.example/a?cid=5", "https://daily.example/a?cid=6"),
        (
            "https://web.archive.org/web/20260302101500/https://daily.example/story?id=5",
            "https://web.archive.org/web/20260302101500/https://daily.example/story?id=6",
        ),
        ("https://archive.ph/aB3dE", "https://archive.ph/aB3dF"),
        ("https://www.google.com/search?q=bridge", "https://www.google.com/search?q=ferry"),
    ],
)
def test_different_articles_are_not_joined(one: str, other: str) -> None:
    assert canonical_address(one) is not None
    assert canonical_address(one) != canonical_address(other)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "bridge",
        "the bridge reopens",
        "3.14",
        "https://",
        "https:///news",
        "http://localhost/news",
        "http://10.0.0.1/news",
        "http://[::1]/news",
        "http://[daily.example/news",
        "https://daily..example/news",
        "https://-daily.example/news",
        "https://daily.example:99999/news",
        "https://daily.example:port/news",
        "ftp://daily.example/news",
        "file:///home/daily.example",
        "javascript:openArticle(884213)",
        "data:text/html,daily.example",
        "mailto:desk@daily.example",
        "desk@daily.example",
        "urn:newsml:daily.example:20260302:5",
        "about:blank",
        "https://daily.example/\ud800",
        "https://daily.example/?q=\ud800",
        f"https://daily.example/{'a' * 2048}",
        f"https://daily.example/{'ж' * 1000}",
        f"https://{'a' * 64}.example/",
    ],
)
def test_what_is_not_a_web_address_has_no_canonical_form(text: str) -> None:
    assert canonical_address(text) is None


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("https://www.daily.example/news", "daily.example"),
        ("m.daily.example", "daily.example"),
        ("https://sport.daily.example/", "sport.daily.example"),
        ("https://www.example", "www.example"),
        ("the daily", None),
        ("https://web.archive.org/web/2026/https://sport.daily.example/", "sport.daily.example"),
        ("https://web.archive.org/details/bridge", "web.archive.org"),
        ("https://www.google.com/amp/s/www.daily.example/a", "daily.example"),
    ],
)
def test_the_domain_is_the_host_without_the_marks_of_a_variant(
    address: str, domain: str | None
) -> None:
    assert domain_of(address) == domain


@pytest.mark.parametrize(
    ("source", "canonical", "name"),
    [
        ("The Daily", STORY, "The Daily"),
        (" The Daily ", None, "The Daily"),
        ("St. Louis Daily", None, "St. Louis Daily"),
        ("www.daily.example", None, "daily.example"),
        ("https://www.daily.example/feed.xml", None, "daily.example"),
        ("weekly.example", STORY, "weekly.example"),
        (None, STORY, "daily.example"),
        ("", STORY, "daily.example"),
        ("  ", STORY, "daily.example"),
        (None, None, None),
        ("d." * 1000, None, "d." * 1000),
        ("web.archive.org", STORY, "daily.example"),
        ("https://web.archive.org/web/2026/https://daily.example/a", None, "daily.example"),
        ("web.archive.org", None, "web.archive.org"),
        ("google.com", STORY, "google.com"),
    ],
)
def test_the_publisher_is_a_domain_where_one_is_known(
    source: str | None, canonical: str | None, name: str | None
) -> None:
    assert publisher(source, canonical) == name
