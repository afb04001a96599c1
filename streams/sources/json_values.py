"""Lines of a file -> its JSON values: one per line, one over many lines, or many on one line.

What is not JSON stays as it is, a line at a time: the service judges it.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from streams.sources.raw_events import InputError, parsed

# A whole string, a bracket, a quote that opens a string but never closes it, or anything else.
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*+"|[\[{\]}]|"|[^\s\[{\]}"]+', re.DOTALL)
_CLOSES = {b"}": b"{", b"]": b"["}
_DEEPEST = 32  # nested open brackets: far more than in any raw event
_LONGEST_BYTES = 128 << 20


@dataclass(slots=True)
class _Value:
    """A value being gathered from lines."""

    lines: list[bytes] = field(default_factory=list)
    size_bytes: int = 0
    open: list[bytes] = field(default_factory=list)  # its unclosed brackets
    before: bytes = b""  # the last non-space character

    def take(self, line: bytes) -> int | None:
        """-> where the value ends in this line; -1 if it goes on; None if it cannot be JSON."""
        for token in _TOKEN.finditer(line):
            text = token[0]
            if text in (b"{", b"["):
                item = self.before in (b"[", b",") and self.open[-1] == b"["
                if self.open and not item and self.before != b":":
                    return None
                self.open.append(text)
            elif text in _CLOSES:
                if not self.open or self.open.pop() != _CLOSES[text]:
                    return None
                if not self.open:
                    return self._keep(line[: token.end()], token.end())
            elif text == b'"' or not self.open:
                return None
            self.before = text[-1:]
        return self._keep(line, -1) if 0 < len(self.open) <= _DEEPEST else None

    def _keep(self, line: bytes, end: int) -> int:
        self.lines.append(line)
        self.size_bytes += len(line)
        return end


def json_values(lines: Iterator[bytes], name: str) -> Iterator[tuple[int, bytes, Any]]:
    """-> (number of its first line, its bytes, its parsed form) of each value.

    The parsed form is None if it is not JSON. Blank lines are left out. Raises InputError if
    one value is longer than any record may be.
    """
    numbered, again = enumerate(lines, 1), deque[tuple[int, bytes]]()
    while (item := again.popleft() if again else next(numbered, None)) is not None:
        number, line = item
        content = line.strip()
        found = parsed(content)
        if found is None and content[:1] in (b"{", b"["):
            value, taken = _Value(), [item]
            while (end := value.take(taken[-1][1])) == -1:
                if value.size_bytes > _LONGEST_BYTES:
                    raise InputError(f"{name} line {number}: over {_LONGEST_BYTES >> 20} MiB")
                following = again.popleft() if again else next(numbered, None)
                if following is None:
                    break
                taken.append(following)
            last, text = taken[-1]
            rest = text[end:].strip() if end is not None else b""
            if end is not None and end > 0 and rest[:1] in (b"", b"{", b"["):
                whole = b"".join(value.lines).rstrip(b"\r\n")
                yield number, whole, parsed(whole)
                if rest:
                    again.appendleft((last, text[end:]))
                continue
            again.extendleft(reversed(taken[1:]))
        if content:
            yield number, line.rstrip(b"\r\n"), found
