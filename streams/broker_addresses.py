"""The addresses of brokers, as people write them into settings."""

from __future__ import annotations

import re

_ADDRESS = re.compile(r"[^\s,:]+:(\d{1,5})")
_LAST_PORT = 65_535


def broker_addresses(text: str) -> str:
    """`text`, which is `host:port`, or several with commas between them. Raises ValueError."""
    for address in text.split(","):
        found = _ADDRESS.fullmatch(address)
        if found is None or not 0 < int(found[1]) <= _LAST_PORT:
            raise ValueError(
                "expected host:port, or several with commas between them, ports from 1 to"
                f" {_LAST_PORT}"
            )
    return text
