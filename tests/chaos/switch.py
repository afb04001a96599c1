"""Carries packets between hosts, and delays, loses or drops them as it is told.

python -m tests.chaos.switch FD FD ...: the TUN devices of hosts 1, 2 and so on, whose addresses
end with that number. Lines on standard input are JSON lists of [from, to, delay_ms, loss, cut],
each for one direction of one link. Ends with its input.

Linux has `tc netem` for this, but many kernels come without it; a TUN device they have.
"""

from __future__ import annotations

import heapq
import os
import random
import selectors
import sys
import time
from contextlib import suppress
from dataclasses import dataclass

import orjson

PACKET_BYTES = 1 << 16
_DESTINATION = 19  # the byte of an IPv4 header that holds the last one of the address


@dataclass(frozen=True, slots=True)
class Link:
    """One direction between two hosts."""

    delay_seconds: float = 0.0
    loss: float = 0.0  # share of packets
    cut: bool = False


class Switch:
    """Hosts by number, and the links between them; a link nobody named is a perfect one."""

    def __init__(self, hosts: dict[int, int], chance: random.Random) -> None:
        """`hosts`: number -> file descriptor of its device."""
        self._hosts, self._chance = hosts, chance
        self._links: dict[tuple[int, int], Link] = {}
        self._waiting: list[tuple[float, int, int, bytes]] = []
        self._number = 0

    def told(self, line: bytes) -> None:
        """Links as they are from now on."""
        for source, target, delay_ms, loss, cut in orjson.loads(line):
            self._links[source, target] = Link(delay_ms / 1000, loss, bool(cut))

    def came(self, source: int, packet: bytes, now: float) -> None:
        """Pass a packet on, later, or not at all."""
        if packet[0] >> 4 != 4 or packet[_DESTINATION] not in self._hosts:
            return
        target = packet[_DESTINATION]
        link = self._links.get((source, target), Link())
        if link.cut or self._chance.random() < link.loss:
            return
        self._number += 1  # of two that are due at once the earlier one goes first
        heapq.heappush(self._waiting, (now + link.delay_seconds, self._number, target, packet))

    def pass_on(self, now: float) -> float | None:
        """Send what is due; -> seconds until the next is, None when nothing waits."""
        while self._waiting and self._waiting[0][0] <= now:
            _, _, target, packet = heapq.heappop(self._waiting)
            with suppress(OSError):  # its queue is full: lost, as on any network
                os.write(self._hosts[target], packet)
        return max(0.0, self._waiting[0][0] - now) if self._waiting else None


def main() -> None:
    hosts = {number: int(fd) for number, fd in enumerate(sys.argv[1:], start=1)}
    switch = Switch(hosts, random.Random(1))
    selector = selectors.DefaultSelector()
    for number, fd in hosts.items():
        os.set_blocking(fd, False)
        selector.register(fd, selectors.EVENT_READ, number)
    selector.register(0, selectors.EVENT_READ, 0)
    told = b""
    while True:
        ready = selector.select(switch.pass_on(time.monotonic()))
        # What is told first, and one packet of each host: whatever was sent after a line was
        # written is treated as the line says.
        for key, _ in sorted(ready, key=lambda found: int(found[0].data)):
            if key.data:
                with suppress(BlockingIOError):
                    switch.came(key.data, os.read(key.fd, PACKET_BYTES), time.monotonic())
                continue
            said = os.read(0, PACKET_BYTES)
            if not said:
                return
            *lines, told = (told + said).split(b"\n")
            for line in lines:
                switch.told(line)


if __name__ == "__main__":
    main()
