"""What a page says about itself, as written."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.normalised_article import Kind


@dataclass(frozen=True, slots=True)
class Metadata:
    """Fields as the page writes them; None if absent.

    attributes: (name, value) of what has no field of its own: `updated`, `section`, `paywall`.
    """

    title: str | None = None
    byline: str | None = None
    published: str | None = None
    address: str | None = None
    publisher: str | None = None
    language: str | None = None
    syndicated_from: str | None = None
    kind: Kind | None = None
    agency_hint: str | None = None  # `creditText`, `sourceOrganization`, `provider` of JSON-LD
    attributes: tuple[tuple[str, str], ...] = ()


NOTHING_SAID = Metadata()
