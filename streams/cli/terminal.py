"""Text from outside on a terminal."""

from __future__ import annotations

# Characters that would move the cursor, change the terminal's state or reverse the line.
_UNSAFE = {
    **dict.fromkeys([*range(0x20), *range(0x7F, 0xA0)], " "),
    **dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)], None),
}


def safe(text: str) -> str:
    """The text on one line, without control sequences."""
    return text.translate(_UNSAFE)
