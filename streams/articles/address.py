"""Addresses: one canonical form for all variants of an article's address, and its publisher."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote_to_bytes, urlencode, urlsplit

# Parameters that say where a reader came from, never which article this is. Compared in lower
# case; a trailing * is a prefix. `sid`, `cid`, `tid` and `source` are missing on purpose: some
# sites number their stories with them, and two articles must not share one address.
TRACKING_PARAMETERS = (
    "utm_*", "mtm_*", "pk_*", "hsa_*", "at_*", "fb_*", "ga_*", "wt_*", "_hs*",
    "fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "ysclid",
    "twclid", "ttclid", "igshid", "igsh", "li_fat_id", "mc_cid", "mc_eid", "mkt_tok", "vero_id",
    "oly_anon_id", "oly_enc_id", "wickedid", "smid", "smtyp", "cmp", "cmpid", "icid", "ocid",
    "ito", "ncid", "ref", "ref_src", "ref_url", "referrer", "feedtype", "feedname",
    "ftag", "intcmp", "xtor", "ns_campaign", "ns_mchannel", "ns_source", "ns_linkname", "ns_fee",
    "soc_src", "soc_trk", "sr_share", "spm", "taid", "__twitter_impression", "campaign_id",
    "guccounter", "guce_referrer", "guce_referrer_sig", "outputtype", "amp", "amp_js_v", "usqp",
    "phpsessid", "jsessionid", "sessionid", "aspsessionid", "cfid", "cftoken", "wprov", "emc",
    "sharetoken", "shareid",
)  # fmt: skip
_EXACT = frozenset(p for p in TRACKING_PARAMETERS if not p.endswith("*"))
_PREFIXES = tuple(p[:-1] for p in TRACKING_PARAMETERS if p.endswith("*"))

# The page to print of the same article. Other values may number an article: `?print=8213`.
_PRINT_VIEWS = frozenset({("print", ""), ("print", "1"), ("print", "true"), ("view", "print")})

_VARIANT_HOST = re.compile(r"^(?:(?:www\d?|m|mobile|amp|wap|touch)\.)+(?=[^.]+\.[^.]+)")
_AMP_PATH = re.compile(r"(?:^/amp(?=/.))|(?:/amp(?:\.html)?/?$)|(?:\.amp(?=\.html?$|$))")
_SESSION_PATH = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?#]*", re.IGNORECASE)
# Google's viewer and cache hold a copy of an address behind their own:
# google.com/amp/s/example.com/a, example-com.cdn.ampproject.org/c/s/example.com/a
_AMP_CACHE = re.compile(
    r"^(?:google\.[a-z.]+/amp|(?:[^/]+\.)?cdn\.ampproject\.org(?:/amp)*/[a-z])"
    r"/(?:s/)?([^/]+\.[^/]+)(/.*)?$"
)
_HOST = re.compile(
    r"^(?=.{4,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{1,62}$"
)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
# What nearly all addresses are; the others take the long way, four times as slow.
_PLAIN_ADDRESS = re.compile(
    r"https?://([a-z0-9.-]+)(/[^?#\s\\\x7f-\U0010ffff]*)?(?:\?([^#\s\\\x7f-\U0010ffff]*))?(?:#[!-~]*)?"
)
_PLAIN_PATH = re.compile(r"[A-Za-z0-9/_.~@!$&'()*+,;=:-]*")
_LONGEST_ADDRESS = 2048
_LONGEST_NAME = 300
# A publisher stands beside every article in the detector's memory, in a place of this size.
SOURCE_BYTES = 64


def canonical_address(address: str) -> str | None:
    """One form for all variants of an article's address, or None where it is no web address.

    Scheme https, lower-case ASCII host without `www.`, `m.`, `amp.`; no default port, fragment,
    user, tracking or session parameters, AMP suffix or trailing slash; parameters sorted.
    """
    parts = _split(address)
    if parts is None:
        return None
    host, port, path, query = parts
    path = _plain_path(path)
    if "amp" in host + path and (cached := _AMP_CACHE.match(host + path)):
        rest = (cached[2] or "").replace("%3F", "?", 1)
        joint = "&" if "?" in rest else "?"
        return canonical_address(f"https://{cached[1]}{rest}{joint}{query}")
    path = path.rstrip("/")
    while "amp" in path and (shorter := _AMP_PATH.sub("", path).rstrip("/")) != path:
        path = shorter
    if query:
        pairs = parse_qsl(query, keep_blank_values=True, errors="surrogateescape")
        kept = sorted(p for p in pairs if not _is_variant(*p))
        query = urlencode(kept, errors="surrogateescape")
    canonical = f"https://{host}{port}{path}{'?' if query else ''}{query}"
    return canonical if len(canonical) <= _LONGEST_ADDRESS else None


def domain_of(address: str) -> str | None:
    """The publisher's domain: the host without `www.`, `m.`, `amp.`; None if it is no address."""
    parts = _split(address)
    return parts[0] if parts else None


def publisher(source: str | None, canonical: str | None) -> str | None:
    """The publisher: a domain where `source` is one or is missing, else the name as given."""
    name = source.strip() if source else ""
    if not name:
        return domain_of(canonical) if canonical else None
    if len(name) > _LONGEST_NAME:  # no domain, and too long to keep in a cache
        return name
    return _domain_of_name(name) or name


@lru_cache(maxsize=4096)
def _domain_of_name(name: str) -> str | None:
    return domain_of(name) if "." in name and " " not in name else None


def _plain_path(path: str) -> str:
    """One escape for equal bytes, and no session: before all else, that may have been escaped."""
    if not _PLAIN_PATH.fullmatch(path):
        # As bytes: old sites escape in windows-1251 or GBK. By segment: %2F is no slash.
        segments = map(unquote_to_bytes, path.split("/"))
        path = "/".join(quote(segment, safe="~:@!$&'()*+,;=") for segment in segments)
    return _SESSION_PATH.sub("", path) if ";" in path else path


def _is_variant(name: str, value: str) -> bool:
    lower = name.lower()
    return lower in _EXACT or lower.startswith(_PREFIXES) or (lower, value.lower()) in _PRINT_VIEWS


def _split(address: str) -> tuple[str, str, str, str] | None:
    """-> (host, port with its colon or nothing, path, query); None where it is no web address."""
    text = address.strip()
    if not text or len(text) > _LONGEST_ADDRESS:
        return None
    if plain := _PLAIN_ADDRESS.fullmatch(text):
        host = _host(plain[1])
        return None if host is None else (host, "", plain[2] or "", plain[3] or "")
    bare = not _SCHEME.match(text)
    if bare:
        text = f"https://{text.removeprefix('//')}"
    try:
        text.encode()  # raises where it has lone surrogates
        parts = urlsplit(text)
        number = parts.port  # raises where it is no number or out of range
        host = _host(parts.hostname or "")
    except (ValueError, UnicodeError):
        return None
    if parts.scheme not in ("http", "https") or host is None:
        return None
    if bare and "@" in parts.netloc:  # an e-mail address
        return None
    return host, "" if number in (None, 80, 443) else f":{number}", parts.path, parts.query


@lru_cache(maxsize=4096)
def _host(host: str) -> str | None:
    """A host in lower-case ASCII, without the labels that mark variants of one site."""
    host = host.rstrip(".")
    if not host.isascii():
        host = host.encode("idna").decode()
    return _VARIANT_HOST.sub("", host) if _HOST.match(host) else None
