"""The file of users: `name:scrypt$n$r$p$salt$hash`, one per line, readable only by its owner.

Parameters are OWASP's for scrypt: 2^17, 8, 1 take 128 MiB and about half a second; each line has
its own, so they can be raised.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path

from streams.errors import UserError

WORK, _R, _P = 1 << 17, 8, 1
_N = WORK
_MOST_MEMORY = 1 << 28
_NAME = re.compile(r"[\w.@+-]{1,64}")
SHORTEST_PASSWORD = 10


class UsersFileError(UserError):
    """The file of users cannot be used; the message says which line, and what was expected."""


@dataclass(frozen=True, slots=True)
class Hashed:
    """A password as stored."""

    n: int
    r: int
    p: int
    salt: bytes
    key: bytes

    def matches(self, password: str) -> bool:
        """Whether this is the password. A wrong one takes just as long."""
        key = _derived(password, self.salt, self.n, self.r, self.p)
        return hmac.compare_digest(key, self.key)

    def __str__(self) -> str:
        salt, key = (base64.b64encode(part).decode() for part in (self.salt, self.key))
        return f"scrypt${self.n}${self.r}${self.p}${salt}${key}"


def _derived(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(
        password.encode(), salt=salt, n=n, r=r, p=p, maxmem=_MOST_MEMORY, dklen=32
    )


def hashed(password: str) -> Hashed:
    """A password with its own salt. Raises UsersFileError if it is too short."""
    if len(password) < SHORTEST_PASSWORD:
        raise UsersFileError(f"expected a password of at least {SHORTEST_PASSWORD} characters")
    salt = secrets.token_bytes(16)
    return Hashed(_N, _R, _P, salt, _derived(password, salt, _N, _R, _P))


def checked_name(name: str) -> str:
    """A user's name. Raises UsersFileError."""
    if not _NAME.fullmatch(name):
        raise UsersFileError(f"expected a name of letters, digits and . @ + - _, got {name!r}")
    return name


def add_user(path: Path, name: str, password: str) -> None:
    """Write a user into the file, replacing one with the same name."""
    users = read_users(path) if path.exists() else {}
    users[checked_name(name)] = hashed(password)
    text = "".join(f"{name}:{kept}\n" for name, kept in sorted(users.items()))
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)


def read_users(path: Path) -> dict[str, Hashed]:
    """Name -> password. Raises UsersFileError."""
    try:
        open_to_all = bool(stat.S_IMODE(path.stat().st_mode) & 0o007)
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise UsersFileError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UsersFileError(f"{path}: expected UTF-8") from None
    if open_to_all:
        raise UsersFileError(f"{path}: others can read it: chmod o= {path}")
    users = {}
    for number, line in enumerate(lines, 1):
        if line.strip() and not line.startswith("#"):
            name, _, kept = line.partition(":")
            users[name] = _parsed(name, kept, f"{path} line {number}")
    return users


def _parsed(name: str, kept: str, place: str) -> Hashed:
    try:
        kind, n, r, p, salt, key = kept.split("$")
        if kind == "scrypt" and _NAME.fullmatch(name):
            return Hashed(int(n), int(r), int(p), base64.b64decode(salt), base64.b64decode(key))
    except ValueError:
        pass
    raise UsersFileError(
        f"{place}: expected NAME:scrypt$N$R$P$SALT$KEY;"
        " `echowire desk --users FILE --add-user NAME` writes it"
    )


@dataclass(slots=True)
class Users:
    """The users of a file, read again when it changes."""

    path: Path
    _read_as: tuple[int, int] | None = None
    _users: dict[str, Hashed] = field(default_factory=dict)

    def get(self, name: str) -> Hashed | None:
        """A user's password; None if there is no such user now. Raises UsersFileError."""
        try:
            found = self.path.stat()
        except OSError as error:
            raise UsersFileError(f"{self.path}: {error.strerror}") from None
        now = (found.st_mtime_ns, found.st_size)
        if now != self._read_as:
            self._users, self._read_as = read_users(self.path), now
        return self._users.get(name)

    def check(self, name: str, password: str) -> Hashed | None:
        """What is kept of a password, if it is this user's; just as slow if there is no such name.

        Raises UsersFileError.
        """
        kept = self.get(name)
        if kept is None:
            _derived(password, b"nobody's salt...", _N, _R, _P)
            return None
        return kept if kept.matches(password) else None
