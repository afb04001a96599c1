"""HTML fragments of feeds and wire items -> plain text: all of it is the article."""

from __future__ import annotations

import lxml.html
from lxml.etree import LxmlError

_BLOCKS = frozenset(
    "p div br li ul ol h1 h2 h3 h4 h5 h6 blockquote pre table tr section article figure figcaption "
    "hl2 body.content block".split()
)
_SILENT = ("script", "style", "noscript", "template", "iframe")


def fragment_text(markup: str) -> str:
    """The text of a fragment, a line for each block; plain text is returned as it is."""
    if "<" not in markup or not markup.strip():
        return markup.strip()
    content = markup.replace("\0", "").encode("utf-8", "replace")
    try:
        tree = lxml.html.fragment_fromstring(
            content, create_parent="div", parser=lxml.html.HTMLParser(encoding="utf-8")
        )
    except (LxmlError, ValueError):
        return markup.strip()
    for element in list(tree.iter(*_SILENT)):
        element.drop_tree()
    for element in tree.iter():
        if element.tag in _BLOCKS:
            element.text = f"\n{element.text or ''}"
            element.tail = f"\n{element.tail or ''}"
    lines = (" ".join(line.split()) for line in tree.text_content().split("\n"))
    return "\n".join(line for line in lines if line)
