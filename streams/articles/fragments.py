"""HTML fragments of feeds and wire items -> plain text: all of it is the article."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterator

import lxml.etree
import lxml.html
from lxml.etree import LxmlError
from lxml.html import defs

_BLOCKS = frozenset(
    "p div br li ul ol dl dt dd h1 h2 h3 h4 h5 h6 blockquote pre table tr caption section article "
    "header footer main aside figure figcaption address hr hl1 hl2 body.content block bq "
    "nitf-table media media-caption".split()
)
_PARAGRAPHS = frozenset(("p", "li", "td", "th", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6"))
_CELLS = frozenset(("td", "th"))
_SILENT = ("script", "style", "noscript", "template", "iframe", "object", "head")
# What may follow `<`, in HTML 4 and 5 and in NITF. `x<y` and `<AAPL.O>` are text.
_ELEMENTS = (
    defs.tags
    | _BLOCKS
    | set(
        "nav time mark video audio source track canvas picture template wbr svg path g use details "
        "summary dialog data output progress meter ruby rt rp bdi hgroup search slot embed html "
        "head body title meta link base hedline byline byttl distributor dateline location city "
        "country state region sublocation person org chron num money event function object.title "
        "virtloc postaddr media-reference media-producer media-metadata credit tagline copyrite "
        "body.head body.end pronounce lang alt-code frac abstract note series story.date".split()
    )
)
_TAG = re.compile(
    r"""<(?P<end>/?)(?P<name>[A-Za-z][\w.:-]*+)(?P<rest>(?:[^<>"']++|"[^"]{0,400}+"|'[^']{0,400}+'){0,20}+)>
    | <!--|<!\[CDATA\[|<!DOCTYPE|<\?""",
    re.IGNORECASE | re.VERBOSE,
)
_CLOSING = re.compile(r"</([A-Za-z][\w.:-]*+)>")
_ATTRIBUTES = re.compile(
    r"""(?:\s++(?:[\w:@.-]++\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s"'>]++)
    |(?:async|allowfullscreen|autoplay|checked|compact|controls|default|defer|disabled|hidden|ismap
      |itemscope|loop|multiple|muted|nofollow|noshade|nowrap|open|playsinline|readonly|required
      |reversed|selected)\b))*+\s*+/?\s*+""",
    re.IGNORECASE | re.VERBOSE,
)
# With more, it is not a text with a stray `<`; and each that opens no tag costs a search ahead.
_MOST_STRAY = 20_000
_INLINE = r"a|b|strong|em|i|u|span|img|font"
_BLOCK_TAGS = r"p|br|div|li|ul|ol|h[1-6]|blockquote|table|tr|td|figure|article|section"
_ESCAPED = re.compile(
    rf"&lt;/?(?:{_BLOCK_TAGS}|{_INLINE})(?:\s[^&<>]{{0,300}})?/?&gt;", re.IGNORECASE
)
_MARKUP = re.compile(rf"</(?:{_BLOCK_TAGS}|{_INLINE})\s*>|<br\s*/?>", re.IGNORECASE)
_FEWEST_ESCAPED = 2


def has_markup(text: str) -> bool:
    """Whether producers left tags in a text, also escaped ones (`&lt;p&gt;`)."""
    if "<" in text and _MARKUP.search(text):
        return True
    return "&lt;" in text and len(_ESCAPED.findall(text)) >= _FEWEST_ESCAPED


def plain_text(text: str) -> str:
    """A text declared to be plain, unchanged."""
    return text.strip()


def fragment_text(markup: str) -> str:
    """The text of a fragment, a line for each block; plain text is returned as it is.

    Markup that was escaped once too often is markup; a `<` that opens no tag is text.
    """
    if "<" not in markup and "&lt;" in markup and len(_ESCAPED.findall(markup)) >= _FEWEST_ESCAPED:
        markup = html.unescape(markup)
    if "<" not in markup or not markup.strip():
        return markup.strip()
    if markup.count("<") < _MOST_STRAY:
        markup = _without_stray(markup)
    content = markup.replace("\0", "").encode("utf-8", "replace")
    parser = lxml.html.HTMLParser(encoding="utf-8")
    try:
        tree = lxml.html.fragment_fromstring(content, create_parent="div", parser=parser)
    except AssertionError:  # several bodies
        tree = lxml.html.document_fromstring(content, parser=parser)
    except (LxmlError, ValueError):
        return markup.strip()
    lines = (" ".join(line.split()) for line in "".join(_pieces(tree)).split("\n"))
    return "\n".join(line for line in lines if line)


def _without_stray(markup: str) -> str:
    """With every `<` that opens no tag escaped."""
    pieces, place = list[str](), 0
    closed = frozenset(_CLOSING.findall(markup))
    while (at := markup.find("<", place)) >= 0:
        pieces.append(markup[place:at])
        tag = _TAG.match(markup, at)
        if tag is not None and _is_tag(tag, closed):
            pieces.append(tag[0])
            place = tag.end()
        else:
            pieces.append("&lt;")
            place = at + 1
    return "".join([*pieces, markup[place:]])


def _is_tag(tag: re.Match[str], closed: Collection[str]) -> bool:
    if tag["name"] is None:
        return True
    name = tag["name"].lower()
    if not _ATTRIBUTES.fullmatch(tag["rest"]):
        return len(name) > 1 and name in _ELEMENTS  # `<b and c>`; a malformed tag
    if name in _ELEMENTS or ":" in name or "-" in name:
        return True
    return bool(tag["end"]) or tag["name"] in closed


def _pieces(tree: lxml.html.HtmlElement) -> Iterator[str]:
    """Texts in their order, with line feeds around blocks. The tree stays as it is: it may hold
    control characters, which lxml reads and refuses to write."""
    walk = lxml.etree.iterwalk(tree, events=("start", "end", "comment", "pi"))
    paragraphs = 0  # open ones: within them a line feed is a blank
    for event, element in walk:
        if element.tag in _PARAGRAPHS:
            paragraphs += (event == "start") - (event == "end")
        line_feed = "\n" if element.tag in _BLOCKS else " " if element.tag in _CELLS else ""
        if element.tag in _SILENT and event == "start":
            walk.skip_subtree()
        elif event == "start":
            yield line_feed + _flowing(element.text or "", paragraphs)
        elif element is not tree:
            yield line_feed + _flowing(element.tail or "", paragraphs)


def _flowing(text: str, paragraphs: int) -> str:
    return text.replace("\n", " ") if paragraphs else text
