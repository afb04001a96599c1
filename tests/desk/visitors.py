"""People with a browser: they sign in at a desk, and out."""

from __future__ import annotations

import re
from typing import Any

from starlette.testclient import TestClient

from streams.desk.database import Database
from streams.desk.follow import Progress
from streams.desk.web.app import create_app
from streams.desk.web.desk import Desk, Options

PASSWORD = "correct horse battery"


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def client_of(database: Database, clock: Clock | None = None, **options: Any) -> TestClient:
    desk = Desk(database, Progress(lag=0), Options(**options), clock=clock or Clock())
    return TestClient(create_app(desk), base_url="http://localhost", follow_redirects=False)


def token_of(html: str) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', html)
    assert found is not None
    return found[1]


def sign_in(client: TestClient, password: str = PASSWORD, name: str = "ann", then: str = "") -> int:
    token = token_of(client.get("/login").text)
    form = {"csrf": token, "name": name, "password": password, "next": then}
    answer = client.post("/login", data=form)
    client.last = answer  # type: ignore[attr-defined]
    return int(answer.status_code)
