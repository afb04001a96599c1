"""Addresses: one canonical form for all variants of an article's address, and its publisher."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

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

_VARIANT_HOST = re.compile(r"^(?:(?:www\d?|m|mobile|amp|wap|touch)\.)+(?=[^.]+\.[^.]+)")
_AMP_PATH = re.compile(r"(?:^/amp(?=/.))|(?:/amp(?:\.html)?/?$)|(?:\.amp(?=\.html?$|$))")
_SESSION_PATH = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?#]*", re.IGNORECASE)
_AMP_CACHE = re.compile(r"^/amp/(?:s/)?([^/]+\.[^/]+)(/.*)?$")
_HOST = re.compile(r"^(?=.{4,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{1,62}$")
_PLAIN_PATH = re.compile(r"[A-Za-z0-9/_.~@!$&'()*+,;=:-]*")
_LONGEST_ADDRESS = 2048


def canonical_address(address: str) -> str | None:
    """One form for all variants of an article's address, or None where it is no web address.

    Scheme https, lower-case ASCII host without `www.`, `m.`, `amp.`; no default port, fragment,
    user, tracking or session parameters, AMP suffix or trailing slash; parameters sorted.
    """
    parts = _split(address)
    if parts is None:
        return None
    host, port, path, query = parts
    if host == "google.com" and (cached := _AMP_CACHE.match(path)):
        return canonical_address(f"https://{cached[1]}{cached[2] or ''}")
    if ";" in path:
        path = _SESSION_PATH.sub("", path)
    path = _AMP_PATH.sub("", path).rstrip("/")
    if not _PLAIN_PATH.fullmatch(path):
        path = quote(unquote(path, errors="replace"), safe="/~:@!$&'()*+,;=")
    if query:
        kept = [p for p in parse_qsl(query, keep_blank_values=True) if not _is_tracking(p[0])]
        query = urlencode(sorted(kept))
    return f"https://{host}{port}{path}{'?' if query else ''}{query}"


def domain_of(address: str) -> str | None:
    """The publisher's domain: the address's host without `www.`, `m.`, `amp.`; None if it is none."""
    parts = _split(address)
    return parts[0] if parts else None


def publisher(source: str | None, canonical: str | None) -> str | None:
    """The publisher: a domain where `source` is one or is missing, else the name as given."""
    name = source.strip() if source else ""
    if not name:
        return domain_of(canonical) if canonical else None
    return _domain_of_name(name) or name


@lru_cache(maxsize=4096)
def _domain_of_name(name: str) -> str | None:
    return domain_of(name) if "." in name and " " not in name else None


def _is_tracking(name: str) -> bool:
    lower = name.lower()
    return lower in _EXACT or lower.startswith(_PREFIXES)


def _split(address: str) -> tuple[str, str, str, str] | None:
    """-> (host, port with its colon or nothing, path, query); None where it is no http(s) address."""
    text = address.strip()
    if not text or len(text) > _LONGEST_ADDRESS:
        return None
    if "://" not in text:
        text = f"https://{text.removeprefix('//')}"
    try:
        parts = urlsplit(text)
        number = parts.port  # raises where it is no number or out of range
        host = _host(parts.hostname or "")
    except (ValueError, UnicodeError):
        return None
    if parts.scheme not in ("http", "https") or host is None:
        return None
    return host, "" if number in (None, 80, 443) else f":{number}", parts.path, parts.query


@lru_cache(maxsize=4096)
def _host(host: str) -> str | None:
    """A host in lower-case ASCII, without the labels that mark variants of one site."""
    host = host.rstrip(".")
    if not host.isascii():
        host = host.encode("idna").decode()
    return _VARIANT_HOST.sub("", host) if _HOST.match(host) else None
