"""Five usual ways to make a page plain text."""

from __future__ import annotations

import inscriptis
import lxml.html
from bs4 import BeautifulSoup
from markdownify import markdownify
from resiliparse.extract.html2text import extract_plain_text

SILENT = ("script", "style", "noscript", "template")
BLOCKS = {
    "p",
    "div",
    "br",
    "li",
    "tr",
    "td",
    "th",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "section",
    "article",
    "header",
    "footer",
    "ul",
    "ol",
    "table",
    "blockquote",
    "figure",
    "figcaption",
    "aside",
    "nav",
    "form",
    "option",
    "main",
    "dd",
    "dt",
    "pre",
    "hr",
}


def by_lxml(page: str) -> str:
    parser = lxml.html.HTMLParser(encoding="utf-8")
    tree = lxml.html.document_fromstring(page.encode(), parser=parser)
    for element in list(tree.iter(*SILENT)):
        element.drop_tree()
    for element in tree.iter():
        if isinstance(element.tag, str) and element.tag in BLOCKS:
            element.text = f"\n{element.text or ''}"
            element.tail = f"\n{element.tail or ''}"
    body = tree.find("body")
    return (body if body is not None else tree).text_content()


def by_soup(page: str) -> str:
    soup = BeautifulSoup(page, "lxml")
    for element in soup(list(SILENT)):
        element.decompose()
    return (soup.body or soup).get_text("\n")


def by_markdownify(page: str) -> str:
    soup = BeautifulSoup(page, "lxml")
    for element in soup(list(SILENT)):
        element.decompose()
    return markdownify(str(soup.body or soup), strip=["a", "img"])


def by_resiliparse(page: str) -> str:
    return extract_plain_text(page, main_content=False)


WAYS = {
    "lxml": by_lxml,
    "bs4": by_soup,
    "markdownify": by_markdownify,
    "inscriptis": inscriptis.get_text,
    "resiliparse": by_resiliparse,
}
