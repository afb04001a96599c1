"""HTML page -> body text and what the page says of itself."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import trafilatura

# trafilatura reports every odd page as an error; an odd page is everyday here and has its reason.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
logging.getLogger("htmldate").setLevel(logging.CRITICAL)

# htmldate would take today's date for its limit: the same page must give the same date for ever.
_DATE_OPTIONS = {"original_date": True, "extensive_search": False, "max_date": "2100-01-01"}


@dataclass(frozen=True, slots=True)
class Page:
    """What an HTML page holds. `text` is empty where it holds no article."""

    text: str = ""
    title: str | None = None
    byline: str | None = None
    address: str | None = None
    published: str | None = None
    failure: str | None = None


def read_page(html: str) -> Page:
    """Extract the main article of one HTML page (trafilatura)."""
    try:
        found = trafilatura.bare_extraction(
            html,
            include_comments=False,
            include_tables=True,
            with_metadata=True,
            date_extraction_params=dict(_DATE_OPTIONS),
        )
    except (
        ValueError,
        TypeError,
        AttributeError,
        LookupError,
        RecursionError,
        MemoryError,
    ) as error:
        # The parser broke on this page: a property of the page, not of the machinery.
        return Page(failure=f"{type(error).__name__}: {error}"[:200])
    if found is None or isinstance(found, dict):
        return Page()
    return Page(
        text=found.text or "",
        title=found.title,
        byline=found.author,
        address=found.url,
        published=found.date,
    )
