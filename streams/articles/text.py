"""Plain text as it should be stored: no control characters, one form for equal letters."""

from __future__ import annotations

import re
import unicodedata

# Control characters but tab, line feed and carriage return; C1 controls; noncharacters that
# would end a C string or break XML downstream.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_ASCII_CONTROL = bytes(c for c in range(128) if _CONTROL.match(chr(c)))
_NEWLINES = re.compile("\r\n?|[\u2028\u2029]")
_BLANK_LINES = re.compile(r"\n{3,}")


def clean_text(text: str) -> tuple[str, bool]:
    """-> (text in NFC, lines trimmed at the end, at most one blank line in a row; whether
    control characters had to go)."""
    removed = _has_control(text)
    if removed:
        text = _CONTROL.sub("", text)
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    # Looking for a character takes a hundredth of what an expression takes to find nothing.
    if "\r" in text or "\u2028" in text or "\u2029" in text:
        text = _NEWLINES.sub("\n", text)
    if " \n" in text or "\t\n" in text or "\xa0\n" in text:
        text = "\n".join([line.rstrip(" \t\xa0") for line in text.split("\n")])
    if "\n\n\n" in text:
        text = _BLANK_LINES.sub("\n\n", text)
    return text.strip(), removed


def _has_control(text: str) -> bool:
    if text.isascii():  # four times as fast as the expression, on every article
        encoded = text.encode("ascii")
        return len(encoded.translate(None, _ASCII_CONTROL)) != len(encoded)
    return _CONTROL.search(text) is not None


def clean_line(text: str | None, limit_bytes: int) -> str | None:
    """One line of at most `limit_bytes` bytes of UTF-8, or None where nothing is left."""
    if not text:
        return None
    if text.isascii() and text.isprintable() and "  " not in text:
        line = text.strip()
    else:
        line = " ".join(clean_text(text)[0].split())
    if len(line) * 4 > limit_bytes:
        line = line.encode()[:limit_bytes].decode(errors="ignore").rstrip()
    return line or None
