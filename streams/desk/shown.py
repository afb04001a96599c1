"""How times, delays, shares and addresses are written on pages."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

from markupsafe import Markup

_STEPS = ((86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1000, "s"))


def time_text(milliseconds: int | None) -> str:
    """1773729751204 -> 17 Mar 2026, 06:42."""
    if milliseconds is None:
        return "unknown"
    try:
        return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%-d %b %Y, %H:%M}"
    except (ValueError, OverflowError, OSError):
        return "unknown"


def iso_text(milliseconds: int | None) -> str:
    """1773729751204 -> 2026-03-17T06:42:31.204Z; empty if there is none."""
    if milliseconds is None:
        return ""
    try:
        time = datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return ""
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def stated_text(time: str) -> str:
    """2026-03-17T06:42:31Z -> 17 Mar 2026, 06:42."""
    return time_text(int(datetime.fromisoformat(time).timestamp() * 1000))


def delay_text(milliseconds: int) -> str:
    """5025000 -> 1 h 23 min; negative with a minus."""
    sign, rest = ("\u2212" if milliseconds < 0 else ""), abs(milliseconds)
    found: list[str] = []
    for size, unit in _STEPS:
        if rest >= size or (unit == "s" and not found):
            found.append(f"{rest // size} {unit}")
            rest %= size
        elif found:
            break
        if len(found) == 2:
            break
    return sign + " ".join(found)


def share_text(share: float | None) -> str:
    """0.914 -> 91 %; a dash if unknown. Never 100 or 0 unless exact."""
    if share is None:
        return "\u2013"
    percent = round(share * 100)
    if percent == 100 and share < 1:
        percent = 99
    if percent == 0 and share > 0:
        return "<1\u202f%"
    return f"{percent}\u202f%"


def count_text(number: int) -> str:
    """17545 -> 17,545."""
    return f"{number:,}"


def bytes_text(size: int) -> str:
    """24535040 -> 24.5 MB."""
    amount = float(size)
    for unit in ("bytes", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit in ("bytes", "kB") else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"


def path_part(name: Any) -> str:
    """A publisher's name as a part of an address, whatever its characters."""
    return quote(str(name), safe="")


def web_address(address: str | None) -> str | None:
    """The address if it is safe to link to: http or https, with a host."""
    if not address:
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return address if parts.scheme in ("http", "https") and parts.hostname else None


def soft(name: str) -> Markup:
    """A name that may wrap after its dots and hyphens."""
    return Markup("<wbr>").join(re.split(r"(?<=[.\-/])", name))


def plural(number: int, one: str, many: str | None = None) -> str:
    """2, copy, copies -> 2 copies."""
    return f"{count_text(number)} {one if number == 1 else many or one + 's'}"
