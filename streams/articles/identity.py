"""Stable names: the same item has the same id, the same text the same digest."""

from __future__ import annotations

from hashlib import blake2b

# Cannot occur in any field but the last, so fields cannot run into each other.
_SEPARATOR = "\x1f"


def article_id(
    source: str | None, producer_id: str | None, address: str | None, digest: str
) -> str:
    """32 hex digits: from source and id, else from the canonical address, else from the content."""
    if producer_id is not None:
        return _hash("item", source or "", producer_id)
    if address is not None:
        return _hash("address", address)
    return _hash("content", source or "", digest)


def part_id(parent_id: str, source: str | None, title: str | None, digest: str) -> str:
    """32 hex digits for an embedded article: the same each time that its page is read.

    From its page and its own source and title; from its content if it has no title.
    """
    return _hash("part", parent_id, source or "", title or digest)


def content_digest(
    status: str, title: str | None, text: bytes, embargoed_until: str | None = None
) -> str:
    """32 hex digits that change when consumers need to look again; `text` in UTF-8."""
    held = status if embargoed_until is None else f"{status} {embargoed_until}"
    return _hash(held, title or "", "", last=text)


def _hash(*fields: str, last: bytes = b"") -> str:
    """32 hex digits. `last` directly follows the last field: in its place if that is empty."""
    digest = blake2b(_SEPARATOR.join(fields).encode(), digest_size=16)
    digest.update(last)
    return digest.hexdigest()
