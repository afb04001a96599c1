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


# The largest of the benchmark's 181 pages, 1.5 MB, has 3,229.
MOST_TAGS = 100_000
_LIST_ROWS, _LIST_ROW_WORDS = 10, 8


def read_html(html: str) -> tuple[str, Metadata]:
    """-> (body text, empty where no article is; what the page says of itself).

    Raises ValueError for a page of too many tags, and what the parsers raise on a page that breaks
    them: see `page.read_page`.
    """
    if html.count("<") > MOST_TAGS:
        raise ValueError(f"a page of more than {MOST_TAGS} tags")
    tree = parsed(html)
    if tree is None:
        return "", Metadata()
    metadata = metadata_of(tree)  # first: extraction takes the tree apart
    found = trafilatura.bare_extraction(
        tree, fast=True, include_comments=False, include_tables=True, with_metadata=False
    )
    text = "" if found is None or isinstance(found, dict) else found.text or ""
    return "" if _is_list_of_links(text) else text, metadata


def _is_list_of_links(text: str) -> bool:
    """Many short rows, and no sentence among them."""
    rows = [row for row in text.split("\n") if row]
    return len(rows) >= _LIST_ROWS and all(
        len(row.split()) <= _LIST_ROW_WORDS and row[-1] not in '.!?…。！？؟।”"' for row in rows
    )


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
