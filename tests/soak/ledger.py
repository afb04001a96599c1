"""What must come out, and what came: each crossed off against the other as the topics grow.

Brokers keep only so much of a soak, so its books are kept while it runs, and only what does not
balance stays in memory.
"""

from __future__ import annotations

import hashlib
from collections import Counter, OrderedDict

REMEMBERED = 1 << 19  # entries that balance: more than come between an entry and its repetition

Entry = tuple[str, str, bytes]  # what it is, its name, its bytes


class Ledger:
    """Entries expected and found, in whatever order; repetitions of either are no entries."""

    def __init__(self) -> None:
        self._expected: dict[bytes, str] = {}
        self._found: dict[bytes, str] = {}
        self._balanced: OrderedDict[bytes, None] = OrderedDict()
        self.counts: Counter[str] = Counter()  # of what balances, by what it is
        self.repeated: Counter[str] = Counter()  # found once more

    def expect(self, entry: Entry) -> None:
        """This must come out once or more often."""
        self._enter(entry, self._expected, self._found)

    def find(self, entry: Entry) -> None:
        """This came out."""
        if not self._enter(entry, self._found, self._expected):
            self.repeated[entry[0]] += 1

    def _enter(self, entry: Entry, mine: dict[bytes, str], others: dict[bytes, str]) -> bool:
        what, name, value = entry
        digest = hashlib.blake2b(
            b"\0".join((what.encode(), name.encode(), value)), digest_size=16
        ).digest()
        if digest in self._balanced or digest in mine:
            return False
        if others.pop(digest, None) is None:
            mine[digest] = f"{what} {name}"
            return True
        self.counts[what] += 1
        self._balanced[digest] = None
        if len(self._balanced) > REMEMBERED:
            self._balanced.popitem(last=False)
        return True

    def wrong(self) -> list[str]:
        """What does not balance at this moment, in words: at the end, everything that is wrong."""
        return [
            f"{len(entries)} {how}, as {next(iter(entries.values()))}"
            for how, entries in (
                ("did not come out", self._expected), ("should not have come out", self._found)
            )
            if entries
        ]  # fmt: skip
