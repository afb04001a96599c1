"""The paragraphs of a text, as pages show and compare them.

Texts come with an empty line between paragraphs, a line each, lines that a wire wrapped at some
width, or without any paragraphs.
"""

from __future__ import annotations

import re

# A line of fewer letters was not wrapped, unless the next goes on in lower case.
_WRAPPED_LETTERS = 40
# Looked for only where blanks begin: of 100,000 in a line, each would look at all that follow.
_LINE_END = re.compile(r"(?<![^\S\n])[^\S\n]*\n\s*")
_ENDING = frozenset(
    ".!?:;\u2026\u3002\uff01\uff1f\u0964\u06d4\u061f\"'\u201c\u201d\u2019\u00bb\u203a)]"
)
_LISTED = frozenset("-\u2013\u2014\u2022*\u00b7")
_SENTENCE_END = re.compile(
    r"[.!?\u2026\u0964\u06d4\u061f][\"'\u201d\u2019\u00bb)\]]*\s+|[\u3002\uff01\uff1f]\u300d?\s*"
)
# A text in one paragraph of more letters is cut into groups of sentences.
_ONE_PARAGRAPH_LETTERS = 900
_GROUP_LETTERS = 300


def ends_paragraph(text: str, start: int, end: int) -> bool:
    """Whether the blanks from `start` to `end`, a line's end among them, end a paragraph: not if
    the line was wrapped within a sentence."""
    if text.count("\n", start, end) > 1 or start == 0 or end == len(text):
        return True
    if text[start - 1] in _ENDING or text[end] in _LISTED:
        return True
    line_letters = start - text.rfind("\n", 0, start) - 1
    return line_letters < _WRAPPED_LETTERS and not text[end].islower()


def lines_joined(text: str) -> list[str]:
    """The lines of a text, wrapped ones joined."""
    found, begun = [], 0
    parts: list[str] = []
    for match in _LINE_END.finditer(text):
        parts.append(text[begun : match.start()])
        begun = match.end()
        if ends_paragraph(text, match.start(), match.end()):
            found.append(" ".join(parts))
            parts = []
    found.append(" ".join([*parts, text[begun:]]))
    return [part.strip() for part in found if part.strip()]


def paragraphs_of(text: str) -> list[str]:
    """The paragraphs of a text: separated by empty lines, or else its lines, wrapped ones joined.
    A long text in one paragraph is cut into groups of sentences."""
    parts = [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]
    if len(parts) == 1:
        parts = lines_joined(text)
    if len(parts) == 1 and len(parts[0]) > _ONE_PARAGRAPH_LETTERS:
        return _sentence_groups(parts[0])
    return parts


def _sentence_groups(text: str) -> list[str]:
    ends = [
        match.end()
        for match in _SENTENCE_END.finditer(text)
        if not text[match.end() : match.end() + 1].islower()
    ]
    found, begun = [], 0
    for end in ends:
        if end - begun >= _GROUP_LETTERS and len(text) - end >= _GROUP_LETTERS / 2:
            found.append(text[begun:end].strip())
            begun = end
    return [*found, text[begun:].strip()]
