"""Addresses: one canonical form for all variants of an article's address, and its publisher."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote_to_bytes, urlencode, urlsplit

from streams.articles.address_rules import address_rules, wrappers_of

_VARIANT_HOST = re.compile(r"^(?:(?:www\d?|m|mobile|amp|wap|touch)\.)+(?=[^.]+\.[^.]+)")
_AMP_PATH = re.compile(r"(?:^/amp(?=/.))|(?:/amp(?:\.html)?/?$)|(?:\.amp(?=\.html?$|$))")
_SESSION_PATH = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?#]*", re.IGNORECASE)
_HOST = re.compile(
    r"^(?=.{4,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{1,62}$"
)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
# The form of nearly all addresses; others take the general path, four times as slow.
_PLAIN_ADDRESS = re.compile(
    r"https?://([a-z0-9.-]+)(/[^?#\s\\\x7f-\U0010ffff]*)?(?:\?([^#\s\\\x7f-\U0010ffff]*))?(?:#([!-~]*))?"
)
_PLAIN_PATH = re.compile(r"[A-Za-z0-9/_.~@!$&'()*+,;=:-]*")
# Of these, those without anything to remove, unless the host is of another's addresses.
_BARE_ADDRESS = re.compile(r"https?://([a-z0-9.-]+)((?:/[A-Za-z0-9/_.~@!$'()*+,=:-]*)?)")
_LONGEST_ADDRESS = 2048
_LONGEST_NAME = 300
# A publisher is stored with every article in the detector's memory, in a field of this size.
SOURCE_BYTES = 64
_ESCAPED_AMPERSAND = re.compile("&(?:amp;)+")


# Host, port (with its colon, or empty), path, query, fragment.
_Parts = tuple[str, str, str, str, str]


def canonical_address(address: str) -> str | None:
    """The same form for all variants of an article's address, or None if it is not a web address.

    Scheme https, lower-case ASCII host without `www.`, `m.`, `amp.`; no default port, user,
    tracking or session parameters, AMP suffix or trailing slash; parameters sorted. The address of
    an archive, a cache or a translator resolves to the publisher's. No fragment, unless it
    identifies the article, as in `#!/story/5`.
    """
    if (
        len(address) < _LONGEST_ADDRESS
        and (bare := _BARE_ADDRESS.fullmatch(address))
        and "amp" not in bare[2]
        and (own := _own_host(bare[1]))
    ):
        return f"https://{own}{bare[2].rstrip('/')}"
    parts = _parts(address)
    if parts is None:
        return None
    host, port, path, query, fragment = parts
    path = _plain_path(path).rstrip("/")
    while "amp" in path and (shorter := _AMP_PATH.sub("", path).rstrip("/")) != path:
        path = shorter
    query, route = _kept(query), _route(fragment)
    if query.startswith("_escaped_fragment_=") or "&_escaped_fragment_=" in query:
        query, route = _unescaped_route(query)
    canonical = f"https://{host}{port}{path}{'?' if query else ''}{query}{route}"
    return canonical if len(canonical) <= _LONGEST_ADDRESS else None


def domain_of(address: str) -> str | None:
    """The publisher's domain: the host without `www.`, `m.`, `amp.`; None if it is not an
    address."""
    parts = _parts(address)
    return parts[0] if parts else None


def publisher(source: str | None, canonical: str | None) -> str | None:
    """The publisher: a domain if `source` is one or is missing, else the name as given."""
    name = source.strip() if source else ""
    if not name:
        return domain_of(canonical) if canonical else None
    if len(name) > _LONGEST_NAME:  # not a domain, and too long to cache
        return name
    domain = _domain_of_name(name)
    if domain and canonical and any(wrapper.archive for wrapper in wrappers_of(domain)):
        return domain_of(canonical) or domain
    return domain or name


@lru_cache(maxsize=4096)
def _domain_of_name(name: str) -> str | None:
    return domain_of(name) if "." in name and " " not in name else None


def _plain_path(path: str) -> str:
    """One escape for equal bytes, and no session: first of all, as that may have been escaped."""
    if not _PLAIN_PATH.fullmatch(path):
        # As bytes: old sites escape in windows-1251 or GBK. By segment: %2F is not a slash.
        segments = map(unquote_to_bytes, path.split("/"))
        path = "/".join(quote(segment, safe="~:@!$&'()*+,;=") for segment in segments)
    return _SESSION_PATH.sub("", path) if ";" in path else path


def _kept(query: str) -> str:
    """The parts of a query that identify the article, sorted."""
    if not query:
        return ""
    names_no_article = address_rules().names_no_article
    pairs = parse_qsl(query, keep_blank_values=True, errors="surrogateescape")
    kept = sorted([pair for pair in pairs if not names_no_article(*pair)])
    return urlencode(kept, errors="surrogateescape")


def _route(fragment: str) -> str:
    """The fragment, if it names a page of a single-page site: `#!/story/5`."""
    if not fragment.startswith(("!", "/")):
        return ""
    path, _, query = fragment.partition("?")
    content = unquote_to_bytes(path.encode("utf-8", "surrogateescape"))
    path = quote(content, safe="~/:@!$&'()*+,;=").rstrip("/")
    query = _kept(query)
    return f"#{path}{'?' if query else ''}{query}" if path.strip("!") else ""


def _unescaped_route(query: str) -> tuple[str, str]:
    """Crawlers ask for `#!/story/5` as `?_escaped_fragment_=/story/5`."""
    pairs = parse_qsl(query, keep_blank_values=True, errors="surrogateescape")
    route = next(value for name, value in pairs if name == "_escaped_fragment_")
    others = [pair for pair in pairs if pair[0] != "_escaped_fragment_"]
    return urlencode(others, errors="surrogateescape"), _route(f"!{route}")


def _parts(address: str) -> _Parts | None:
    """The parts of an address; if it contains another's, those of the other."""
    parts = _split(address)
    while parts is not None and (wrappers := wrappers_of(parts[0])):
        host, _, path, query, _ = parts
        held = (wrapper.unwrapped(host, _plain_path(path), query) for wrapper in wrappers)
        inner = next((found for text in held if text and (found := _split(text))), None)
        if inner is None or inner == parts:
            break
        parts = inner
    return parts


def _split(address: str) -> _Parts | None:
    """The parts as written; None if it is not a web address."""
    text = address.strip()
    if not text or len(text) > _LONGEST_ADDRESS:
        return None
    if "&" in text and "&amp;" in text:  # copied from HTML, once or more often
        text = _ESCAPED_AMPERSAND.sub("&", text)
    if plain := _PLAIN_ADDRESS.fullmatch(text):
        found = _host(plain[1])
        return (
            None if found is None else (found, "", plain[2] or "", plain[3] or "", plain[4] or "")
        )
    bare = not _SCHEME.match(text)
    if bare:
        text = f"https://{text.removeprefix('//')}"
    try:
        text.encode()  # raises on lone surrogates
        parts = urlsplit(text)
        number = parts.port  # raises if it is not a number or out of range
        host = _host(parts.hostname or "")
    except (ValueError, UnicodeError):
        return None
    if parts.scheme not in ("http", "https") or host is None:
        return None
    if bare and "@" in parts.netloc:  # an e-mail address
        return None
    port = "" if number in (None, 80, 443) else f":{number}"
    return host, port, parts.path, parts.query, parts.fragment


@lru_cache(maxsize=4096)
def _own_host(host: str) -> str | None:
    """As `_host`; None as well if its addresses contain others'."""
    found = _host(host)
    return None if found is None or wrappers_of(found) else found


@lru_cache(maxsize=4096)
def _host(host: str) -> str | None:
    """A host in lower-case ASCII, without the labels that mark variants of one site."""
    host = host.rstrip(".")
    if not host.isascii():
        host = host.encode("idna").decode()
    return _VARIANT_HOST.sub("", host) if _HOST.match(host) else None
