"""What only this process and its children see, and what is gone with the last of them: mounts of
its own, networks of its own. Nothing has a name that could clash or be left behind. Linux, as root.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_CLONE_NEWNS, _CLONE_NEWNET = 0x00020000, 0x40000000
# The numbers of Linux's ioctls and flags, which Python has no names for.
_TUNSETIFF, _IFF_TUN, _IFF_NO_PI, _IFF_UP = 0x400454CA, 0x0001, 0x1000, 0x1
_SIOCSIFFLAGS, _SIOCSIFADDR, _SIOCSIFNETMASK, _SIOCSIFMTU = 0x8914, 0x8916, 0x891C, 0x8922
_MS_REC, _MS_PRIVATE, _MNT_DETACH = 0x4000, 1 << 18, 2


class NotPermittedError(Exception):
    """This machine does not let us; the message says what."""


def _call(name: str, *arguments: object) -> None:
    """A function of the C library, for the calling thread. Raises NotPermittedError."""
    try:
        library = ctypes.CDLL(None, use_errno=True)
        status = getattr(library, name)(*arguments)
    except (OSError, AttributeError) as error:  # no Linux
        raise NotPermittedError(f"{name} is not known here") from error
    if status:
        raise NotPermittedError(f"{name}: {os.strerror(ctypes.get_errno())}")


@contextmanager
def small_disk(place: Path, size_mb: int) -> Iterator[Path]:
    """A file system of so many MiB at the folder `place`, for the calling thread and whatever it
    starts. The thread stays in its own mount namespace. Raises NotPermittedError."""
    _call("unshare", _CLONE_NEWNS)
    _call("mount", b"none", b"/", None, _MS_REC | _MS_PRIVATE, None)
    target = os.fsencode(place)
    _call("mount", b"tmpfs", target, b"tmpfs", 0, b"size=%dm" % size_mb)
    try:
        yield place
    finally:
        _call("umount2", target, _MNT_DETACH)


def new_network() -> int:
    """A network namespace for the calling thread and whatever it starts; -> its descriptor, by
    which other threads enter it. It lasts as long as somebody is in it or holds that."""
    _call("unshare", _CLONE_NEWNET)
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)


@contextmanager
def entered(network: int) -> Iterator[None]:
    """The calling thread, and whatever it starts, is in this network; then in its own again."""
    own = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    try:
        _call("setns", network, _CLONE_NEWNET)
        try:
            yield
        finally:
            _call("setns", own, _CLONE_NEWNET)
    finally:
        os.close(own)


def tunnel(address: str, mtu: int) -> int:
    """A network device with this address in a net of 256 in the calling thread's network; -> the
    descriptor at which its packets come out and go in. Raises NotPermittedError."""
    try:
        device = os.open("/dev/net/tun", os.O_RDWR | os.O_CLOEXEC)
    except OSError as error:
        raise NotPermittedError(f"/dev/net/tun: {error.strerror}") from error
    name = b"link"
    fcntl.ioctl(device, _TUNSETIFF, struct.pack("16sH22x", name, _IFF_TUN | _IFF_NO_PI))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ask:
        for what, ip in ((_SIOCSIFADDR, address), (_SIOCSIFNETMASK, "255.255.255.0")):
            there = struct.pack("16sHH4s16x", name, socket.AF_INET, 0, socket.inet_aton(ip))
            fcntl.ioctl(ask, what, there)
        fcntl.ioctl(ask, _SIOCSIFMTU, struct.pack("16sI20x", name, mtu))
        for up in (b"lo", name):
            fcntl.ioctl(ask, _SIOCSIFFLAGS, struct.pack("16sH22x", up, _IFF_UP))
    return device
