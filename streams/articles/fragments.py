"""HTML fragments of feeds and wire items -> plain text: all of it is the article."""

from __future__ import annotations

from collections.abc import Iterator

import lxml.etree
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
    lines = (" ".join(line.split()) for line in "".join(_pieces(tree)).split("\n"))
    return "\n".join(line for line in lines if line)


def _pieces(tree: lxml.html.HtmlElement) -> Iterator[str]:
    """Texts in their order, with line feeds around blocks. The tree stays as it is: it may hold
    control characters, which lxml reads and refuses to write."""
    walk = lxml.etree.iterwalk(tree, events=("start", "end", "comment", "pi"))
    for event, element in walk:
        line_feed = "\n" if element.tag in _BLOCKS else ""
        if element.tag in _SILENT and event == "start":
            walk.skip_subtree()
        elif event == "start":
            yield line_feed + (element.text or "")
        elif element is not tree:
            yield line_feed + (element.tail or "")
