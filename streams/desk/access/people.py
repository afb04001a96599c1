"""Who a request comes from: sessions, the tokens of forms, and the limit on wrong passwords.

The cookie `desk_session` is random; if people sign in, the database has its hash with the name and
a mark of the password: who is removed from the file, or has a new password, is no longer signed in.
A form's token is an HMAC of the cookie, so no other site can know it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import OrderedDict
from dataclasses import dataclass, field

from sqlalchemy import delete, select
from starlette.requests import Request

from streams.desk.access.passwords import Hashed, Users
from streams.desk.database import Database
from streams.desk.tables import meta, session
from streams.desk.web.desk import Options, Person

COOKIE = "desk_session"
SESSION_SECONDS = 14 * 86_400
# Free wrong passwords per name or address; each further one doubles the wait.
FREE_FAILURES = 5
LONGEST_WAIT_SECONDS = 900
_MOST_REMEMBERED = 10_000
_TOKEN_LETTERS = 43


class NotSignedInError(Exception):
    """Nobody has signed in; the message is for a page."""


@dataclass(slots=True)
class People:
    """Identifies users. `secret` signs form tokens; all desks of a database share it."""

    database: Database
    options: Options
    secret: bytes = b""
    users: Users | None = None
    failures: OrderedDict[str, tuple[int, float]] = field(default_factory=OrderedDict)

    def __post_init__(self) -> None:
        if self.options.users_file is not None:
            self.users = Users(self.options.users_file)
        self.secret = self.secret or _shared_secret(self.database)

    def person(self, request: Request, cookie: str, now: float) -> Person:
        """The user, with the token for their forms. Raises NotSignedInError, and UserError if
        nobody can be told."""
        token = self.token(cookie)
        if self.options.proxy_header is not None:
            name = request.headers.get(self.options.proxy_header, "").strip()
            if not name:
                raise NotSignedInError("The proxy in front of the desk has not said who you are.")
            return Person(name[:100], token)
        if self.users is None:
            return Person("you", token)
        with self.database.reading() as connection:
            user: str | None = connection.scalar(
                select(session.c.user).where(
                    session.c.token == _hash(cookie), session.c.expires > int(now)
                )
            )
        name = (user or "").partition(":")[0]
        kept = self.users.get(name)
        if kept is None or user != _marked(name, kept):
            raise NotSignedInError("Sign in first.")
        return Person(name, token)

    def token(self, cookie: str) -> str:
        """The token for the forms shown to a cookie's owner."""
        return hmac.new(self.secret, cookie.encode(), hashlib.sha256).hexdigest()

    def allows(self, cookie: str, token: str, request: Request) -> bool:
        """Whether a form came from one of the desk's own pages."""
        origin = request.headers.get("origin")
        host = request.headers.get("host", "")
        if origin not in (None, "null") and origin.partition("://")[2] != host:
            return False
        known, given = self.token(cookie).encode(), token.encode("utf-8", "replace")
        return bool(cookie) and hmac.compare_digest(known, given)

    def sign_in(self, name: str, password: str, now: float) -> str | None:
        """-> the cookie of a new session; None if name and password do not match."""
        kept = None if self.users is None else self.users.check(name, password)
        if kept is None:
            return None
        cookie = new_cookie()
        with self.database.writing() as connection:
            connection.execute(delete(session).where(session.c.expires <= int(now)))
            connection.execute(
                session.insert(),
                {
                    "token": _hash(cookie),
                    "user": _marked(name, kept),
                    "expires": int(now) + SESSION_SECONDS,
                },
            )
        return cookie

    def sign_out(self, cookie: str) -> None:
        """End a session."""
        with self.database.writing() as connection:
            connection.execute(delete(session).where(session.c.token == _hash(cookie)))

    def wait_seconds(self, keys: tuple[str, ...], now: float) -> int:
        """How long to wait before the next attempt, after wrong passwords."""
        return max(0, *(round(self.failures.get(key, (0, 0.0))[1] - now) for key in keys))

    def failed(self, keys: tuple[str, ...], now: float) -> None:
        """Remember a wrong password."""
        for key in keys:
            number = self.failures.pop(key, (0, 0.0))[0] + 1
            extra = number - FREE_FAILURES
            wait = min(LONGEST_WAIT_SECONDS, 2.0**extra) if extra >= 0 else 0.0
            self.failures[key] = (number, now + wait)
        while len(self.failures) > _MOST_REMEMBERED:
            self.failures.popitem(last=False)

    def succeeded(self, keys: tuple[str, ...]) -> None:
        """Forget wrong passwords after a correct one."""
        for key in keys:
            self.failures.pop(key, None)


def new_cookie() -> str:
    """A cookie that cannot be guessed."""
    return secrets.token_urlsafe(32)


def cookie_of(request: Request) -> str:
    """The request's cookie; empty if there is none, or it is not ours."""
    cookie = request.cookies.get(COOKIE, "")
    return cookie if len(cookie) == _TOKEN_LETTERS and cookie.isascii() else ""


def _hash(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()


def _marked(name: str, kept: Hashed) -> str:
    """A session's user: the name, and which of their passwords it was opened with."""
    return f"{name}:{_hash(str(kept))[:32]}"


def _shared_secret(database: Database) -> bytes:
    """The database's secret, made by the first desk."""
    with database.reading() as connection:
        found = connection.scalar(select(meta.c.value).where(meta.c.name == "secret"))
    if found is None:
        made = {"name": "secret", "value": secrets.token_hex(32)}
        with database.writing() as connection:
            connection.execute(database.upsert(meta), [made])
        with database.reading() as connection:
            found = connection.scalar(select(meta.c.value).where(meta.c.name == "secret"))
    return bytes.fromhex(str(found))
