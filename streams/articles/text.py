"""Plain text as it should be stored: whole letters, equal ones in one form, nothing invisible."""

from __future__ import annotations

import html
import re
import unicodedata

from streams.articles.control_scan import has_control, refers_to_control
from streams.articles.mojibake import mended
from streams.articles.stacked_marks import without_stacks

# Control characters except tab, line feed and carriage return; C1 controls; noncharacters that
# would end a C string or break XML downstream.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
# In markup C1 controls stay: to HTML they are windows-1252.
_MARKUP_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_CONTROL_REFERENCE = re.compile(
    r"&#(?:0*(?:[0-8]|1[124-9]|2\d|3[01]|127)|[xX]0*(?:[0-8bcefBCEF]|1[\da-fA-F]|7[fF]))(?:;|(?![\da-fA-F;]))"
)
_NEWLINES = re.compile("\r\n?|[\u2028\u2029]")
_BREAKS = {0x0B: "\n", 0x0C: "\n"}  # pages end with a form feed
_BLANK_LINES = re.compile(r"\n{3,}")
# Soft hyphens, zero-width spaces, byte order marks, direction marks and the unseen operators of
# formulas, which also serve as watermarks. Joiners stay: Persian and Hindi spell with them, and
# so do emoji; so does the vowel separator of Mongolian.
INVISIBLE = (
    "\u00ad\u061c\u200b\u200e\u200f\u2060\u2061\u2062\u2063\u2064"
    "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
)
_TRAILING = frozenset(" \t\xa0")
_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{2,6}|#x[0-9a-fA-F]{2,5});")


def clean_text(text: str) -> tuple[str, bool]:
    """-> (text; whether control characters were removed).

    NFC, mojibake repaired, HTML entities (also doubly escaped ones) resolved, without invisible
    characters; lines trimmed at the end, at most one blank line in a row.
    """
    if "&" in text and ";" in text:
        text = _unescaped(text)
    if not text.isascii():
        text = mended(text)
    removed = has_control(text.encode("utf-8", "surrogatepass"))
    if removed:
        text = _CONTROL.sub("", text.translate(_BREAKS))
    if not text.isascii():
        for invisible in INVISIBLE:
            if invisible in text:
                text = text.replace(invisible, "")
        composed = unicodedata.normalize("NFC", without_stacks(text))
        # What separated the two letters of a pair may be gone now.
        text = mended(composed) if removed or composed != text else composed
    # Searching for a character takes a hundredth of the time that a regex takes to find nothing.
    if "\r" in text or "\u2028" in text or "\u2029" in text:
        text = _NEWLINES.sub("\n", text)
    return _trimmed(text) if "\n" in text else text.strip(), removed


def _trimmed(text: str) -> str:
    lines = text.split("\n")  # a search for a space before a line feed would stop at every space
    if any(line[-1:] in _TRAILING for line in lines if line):
        text = "\n".join([line.rstrip(" \t\xa0") for line in lines])
    if "\n\n\n" in text:
        text = _BLANK_LINES.sub("\n\n", text)
    return text.strip()


def has_entity(text: str) -> bool:
    """Whether cleaning would resolve an entity."""
    return _ENTITY.search(text) is not None


def _unescaped(text: str) -> str:
    """Entities resolved once, and again if that leaves some: `&amp;quot;`."""
    for _ in range(2):
        if not _ENTITY.search(text):
            break
        text = _ENTITY.sub(lambda match: html.unescape(match[0]), text)
    return text


def markup_without_control(markup: str) -> tuple[bytes, bool]:
    """-> (HTML in UTF-8 without control characters, plain or as `&#11;`, as some parsers fail on
    one; whether any were removed)."""
    content = markup.encode("utf-8", "replace")
    if not (refers_to_control(content) or has_control(content)):
        return content, False
    left = _MARKUP_CONTROL.sub("", _CONTROL_REFERENCE.sub("", markup))
    return left.encode("utf-8", "replace"), left != markup


def clean_line(text: str | None, limit_bytes: int) -> str | None:
    """One line of at most `limit_bytes` bytes of UTF-8, or None if nothing is left."""
    if not text:
        return None
    if text.isascii() and text.isprintable() and "  " not in text and "&" not in text:
        line = text.strip()
    else:
        line = " ".join(clean_text(text)[0].split())
    if len(line) * 4 > limit_bytes:
        line = line.encode()[:limit_bytes].decode(errors="ignore").rstrip()
    return line or None
