"""What the network between hosts of our own does to packets, and that such hosts can be had."""

from __future__ import annotations

import random
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import orjson
import pytest

from tests.chaos.network import SENDER, Network, address
from tests.chaos.private import NotPermittedError
from tests.chaos.switch import Switch

HEADER = bytes.fromhex("4500001500000000400000000a6300010a6300")  # an IPv4 header but for its end


def packet(to: int) -> bytes:
    return HEADER + bytes([to]) + b"x"


class Wires:
    """A switch between hosts 1 and 2, whose devices are pairs of sockets."""

    def __init__(self) -> None:
        self._far, near = {}, {}
        for host in (1, 2):
            self._far[host], near[host] = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
            self._far[host].setblocking(False)
            near[host].setblocking(False)
        self._near = near
        self.switch = Switch({h: s.fileno() for h, s in near.items()}, random.Random(1))

    def links(self, *links: list[float]) -> None:
        self.switch.told(orjson.dumps(links))

    def arrived(self, host: int, now: float) -> int:
        """How many packets have come to a host by then."""
        self.switch.pass_on(now)
        arrived = 0
        with suppress(BlockingIOError):
            while self._far[host].recv(100):
                arrived += 1
        return arrived

    def close(self) -> None:
        for one in (*self._far.values(), *self._near.values()):
            one.close()


@pytest.fixture
def wires() -> Iterator[Wires]:
    made = Wires()
    yield made
    made.close()


def test_a_packet_goes_to_the_host_of_its_address(wires: Wires) -> None:
    wires.switch.came(1, packet(2), 0.0)
    assert (wires.arrived(1, 0.0), wires.arrived(2, 0.0)) == (0, 1)


def test_a_cut_takes_one_direction_and_ends(wires: Wires) -> None:
    wires.links([1, 2, 0, 0, 1])
    wires.switch.came(1, packet(2), 0.0)
    wires.switch.came(2, packet(1), 0.0)
    assert (wires.arrived(1, 0.0), wires.arrived(2, 0.0)) == (1, 0)
    wires.links([1, 2, 0, 0, 0])
    wires.switch.came(1, packet(2), 1.0)
    assert wires.arrived(2, 1.0) == 1


def test_a_delayed_packet_arrives_on_time_and_not_before(wires: Wires) -> None:
    wires.links([1, 2, 80, 0, 0])
    wires.switch.came(1, packet(2), 1.0)
    assert wires.switch.pass_on(1.07) == pytest.approx(0.01)
    assert wires.arrived(2, 1.07) == 0
    assert wires.arrived(2, 1.081) == 1


def test_the_given_share_is_lost(wires: Wires) -> None:
    wires.links([1, 2, 0, 0.2, 0])
    arrived = 0
    for _ in range(1000):
        wires.switch.came(1, packet(2), 0.0)
        arrived += wires.arrived(2, 0.0)
    assert 750 < arrived < 850


def test_foreign_packets_are_dropped(wires: Wires) -> None:
    wires.switch.came(1, b"\x60" + bytes(40), 0.0)  # IPv6, which each host sends by itself
    wires.switch.came(1, packet(9), 0.0)
    assert (wires.arrived(1, 0.0), wires.arrived(2, 0.0)) == (0, 0)


def test_hosts_of_our_own_talk_over_the_switch_alone_and_leave_nothing() -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    own = Path("/proc/thread-self/ns/net").readlink()
    try:
        with Network() as network:
            with network.on(1):
                server = socket.create_server((address(1), 5000))
            with network.on(SENDER):
                began = time.monotonic()
                with network.worse([(SENDER, 1), (1, SENDER)], delay_ms=50):
                    client = socket.create_connection((address(1), 5000), timeout=20)
                assert time.monotonic() - began >= 0.1
                client.settimeout(0.3)
                with network.worse([(1, SENDER)], cut=True):
                    client.sendall(b"a")
                    peer, _ = server.accept()
                    assert peer.recv(1) == b"a"
                    peer.sendall(b"b")
                    with pytest.raises(TimeoutError):
                        client.recv(1)
                client.settimeout(20)
                assert client.recv(1) == b"b"
            for one in (client, peer, server):
                one.close()
    except NotPermittedError as error:
        pytest.skip(f"not permitted here: {error}")
    assert Path("/proc/thread-self/ns/net").readlink() == own
    assert len(list(Path("/proc/self/fd").iterdir())) == before
