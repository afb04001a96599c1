"""HTML page -> body text and what the page says of itself."""

from __future__ import annotations

import logging
from functools import lru_cache

import lxml.etree
import lxml.html
import trafilatura
from lxml.etree import LxmlError
from trafilatura.settings import Extractor

from streams.articles.metadata import Metadata, metadata_of

# trafilatura reports every odd page as an error; an odd page is everyday here and has its reason.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
logging.getLogger("htmldate").setLevel(logging.CRITICAL)

# What extraction drops whatever it holds: taken out first, as extraction copies the tree five times
# and tries expressions on each element that is left. `script` may hold the article as JSON,
# `noscript` and `figure` parts of it, and a `form` the whole page.
_DROPPED = (
    "aside", "audio", "button", "canvas", "datalist", "dialog", "embed", "fencedframe", "footer",
    "iframe", "img", "input", "link", "map", "menu", "meta", "nav", "object", "option", "param",
    "picture", "select", "source", "style", "svg", "template", "textarea", "track", "use", "video",
)  # fmt: skip
# One class for all elements: to choose one by its tag is a call of Python for each look at each.
_ELEMENTS = lxml.etree.ElementDefaultClassLookup(
    element=lxml.html.HtmlElement,
    comment=lxml.html.HtmlComment,
    pi=lxml.html.HtmlProcessingInstruction,
    entity=lxml.html.HtmlEntity,
)
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
    lxml.etree.strip_elements(tree, *_DROPPED, with_tail=False)
    text = _extracted(tree)
    # An article in a menu, or below a button that nobody closed: extraction finds it in the end.
    if len(text) < _options().min_extracted_size and (whole := parsed(html)) is not None:
        text = _extracted(whole)
    return "" if _is_list_of_links(text) else text, metadata


def _extracted(tree: lxml.html.HtmlElement) -> str:
    found = trafilatura.bare_extraction(tree, options=_options())
    return "" if found is None or isinstance(found, dict) else found.text or ""


@lru_cache(maxsize=1)
def _options() -> Extractor:
    return Extractor(output_format="python", fast=True, comments=False, tables=True)


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
    parser = lxml.etree.HTMLParser(encoding="utf-8", remove_comments=True)
    parser.set_element_class_lookup(_ELEMENTS)
    try:
        return lxml.html.document_fromstring(content, parser=parser)
    except (LxmlError, ValueError):  # nothing but comments, or nothing at all
        return None
