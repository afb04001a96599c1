"""Properties of the canonical form of any address, and of any text."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from streams.articles.address import canonical_address, domain_of, publisher

_HOST = st.sampled_from(
    ["daily.example", "www.m.daily.example", "google.com", "a.cdn.ampproject.org", "bücher.example",
     "web.archive.org", "a-example.translate.goog", "archive.ph", "l.facebook.com", "r.jina.ai"]
)  # fmt: skip
_PATH = st.lists(
    st.sampled_from(
        ["/", "amp", ".amp", ".html", "%61", "%2F", "%", "%3f", "%E9", "ü", "c", "s", "a.example",
         ";sid=", "sid", "=", " ", "x", "\\", "..", "&amp;",
         "web/2026/", "https:", "newest/", "l.php"]
    ),
    max_size=12,
).map("".join)  # fmt: skip
_QUERY = st.lists(
    st.sampled_from(
        [
            "a",
            "=",
            "&",
            "id",
            "utm_x",
            "%3D",
            "%26",
            "+",
            "%E9",
            "ü",
            "?",
            ";",
            "1",
            "_escaped_fragment_=",
            "u=https://b.example/a",
            "&amp;",
        ]
    ),
    max_size=10,
).map("".join)
_FRAGMENT = st.sampled_from(
    ["", "#", "#top", "#!", "#!/a b", "#!a=ü?utm_x=1&b=%3F", "#/x/?", "#!#"]
)
ADDRESSES = st.builds("https://{}/{}?{}{}".format, _HOST, _PATH, _QUERY, _FRAGMENT)


@settings(deadline=None)
@given(st.one_of(st.text(), st.text().map("daily.example/{}".format), ADDRESSES))
@example("https://daily.example/a%2F")
@example("https://google.com/amp/amp/s/daily.example/x")
@example(f"daily.example/{'a' * 2033}")
def test_the_canonical_form_is_its_own_canonical_form(text: str) -> None:
    canonical = canonical_address(text)
    if canonical is not None:
        assert canonical_address(canonical) == canonical


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=())))
def test_no_text_raises(text: str) -> None:
    """Lone surrogates included."""
    canonical_address(text)
    domain_of(text)
    publisher(text, None)


@settings(deadline=None)
@given(ADDRESSES)
def test_a_canonical_form_is_ascii_on_https_without_a_fragment_but_a_route(address: str) -> None:
    canonical = canonical_address(address)
    if canonical is not None:
        assert canonical.startswith("https://")
        assert canonical.isascii()
        before, mark, route = canonical.partition("#")
        assert not mark or route.startswith(("!", "/"))
        assert not set(before + route) & set(" #\n\t")


@given(
    st.sampled_from(["http", "https"]),
    st.one_of(_HOST, st.text("abz09.-", max_size=12)),
    st.lists(
        st.sampled_from(["/", "amp", ".html", "a", "B", "~", "&", ";", "%61", "=", "2026", "//"]),
        max_size=8,
    ).map("".join),
)
def test_an_address_without_a_fragment_is_read_as_one_with_an_empty_fragment(
    scheme: str, host: str, path: str
) -> None:
    """The former takes a short cut where there is nothing to remove."""
    address = f"{scheme}://{host}/{path}"
    assert canonical_address(address) == canonical_address(f"{address}#")
