"""HTML page -> body text and what the page says of itself."""

from __future__ import annotations

import logging

import lxml.html
import trafilatura
from lxml.etree import LxmlError

from streams.articles.metadata import Metadata, metadata_of

# trafilatura reports every odd page as an error; an odd page is everyday here and has its reason.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
logging.getLogger("htmldate").setLevel(logging.CRITICAL)


def read_html(html: str) -> tuple[str, Metadata]:
    """-> (body text, empty where no article is; what the page says of itself).

    Raises what the parsers raise on a page that breaks them: see `page.read_page`.
    """
    tree = parsed(html)
    if tree is None:
        return "", Metadata()
    metadata = metadata_of(tree)  # first: extraction takes the tree apart
    found = trafilatura.bare_extraction(
        tree, fast=True, include_comments=False, include_tables=True, with_metadata=False
    )
    text = "" if found is None or isinstance(found, dict) else found.text or ""
    return text, metadata


def parsed(html: str) -> lxml.html.HtmlElement | None:
    """The page's tree, or None where there is no markup at all."""
    if "<" not in html or not any(map(str.isalnum, html)):
        return None
    content = html.replace("\0", "").encode("utf-8", "replace")
    try:
        return lxml.html.document_fromstring(
            content, parser=lxml.html.HTMLParser(encoding="utf-8", remove_comments=True)
        )
    except (LxmlError, ValueError):  # nothing but comments, or nothing at all
        return None
