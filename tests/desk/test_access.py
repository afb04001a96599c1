"""Who may start a desk, who may see it, and who may change anything."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from streams.desk.access import passwords
from streams.desk.access.passwords import UsersFileError, add_user, read_users
from streams.desk.access.people import FREE_FAILURES
from streams.desk.access.startup import open_to
from streams.desk.database import Database
from streams.errors import UserError
from tests.desk.visitors import PASSWORD, Clock, client_of, sign_in, token_of

# ---- starting


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_this_machine_alone_needs_no_password(host: str) -> None:
    assert open_to(host, None, None, []) == frozenset()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.7", "desk.example"])
def test_beyond_it_a_desk_does_not_start_without_either(host: str, users: Path) -> None:
    with pytest.raises(UserError, match="others could read everything"):
        open_to(host, None, None, [])
    assert open_to(host, users, None, []) is None
    assert open_to(host, None, "X-User", ["Desk.example"]) == frozenset({"desk.example"})


def test_two_that_sign_people_in_contradict_each_other(users: Path) -> None:
    with pytest.raises(UserError, match="exclude each other"):
        open_to("127.0.0.1", users, "X-User", [])


# ---- passwords


def test_a_file_of_users_keeps_no_password_and_is_its_owners_alone(users: Path) -> None:
    assert PASSWORD not in users.read_text()
    assert users.stat().st_mode & 0o777 == 0o600
    kept = read_users(users)["ann"]
    assert kept.matches(PASSWORD)
    assert not kept.matches(PASSWORD + "x")
    add_user(users, "bob", "another password")
    add_user(users, "ann", "a new password")
    assert read_users(users)["ann"].matches("a new password")
    assert list(read_users(users)) == ["ann", "bob"]


def test_the_parameters_of_new_passwords_are_those_that_owasp_names() -> None:
    assert (passwords.WORK, passwords._R, passwords._P) == (1 << 17, 8, 1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ann", "line 1: expected NAME:scrypt"),
        ("# a comment\nann:md5$x", "line 2: expected NAME:scrypt"),
        ("a n:scrypt$1024$8$1$AAAA$AAAA", "line 1"),
        ("ann:scrypt$many$8$1$AAAA$AAAA", "line 1"),
    ],
)
def test_a_broken_file_is_a_sentence(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "users"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(UsersFileError, match=said):
        read_users(path)


def test_a_file_that_others_can_read_is_refused(users: Path) -> None:
    users.chmod(0o644)
    with pytest.raises(UsersFileError, match="others can read it"):
        read_users(users)


def test_short_passwords_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsersFileError, match="at least 10 characters"):
        add_user(tmp_path / "users", "ann", "short")


# ---- signing in


def test_nothing_is_shown_before_signing_in(small: Database, users: Path) -> None:
    client = client_of(small, users_file=users)
    for address in ("/stories", "/articles", "/about", "/paste", "/review/docs.jsonl"):
        answer = client.get(address)
        assert (answer.status_code, answer.headers["location"]) == (
            302, f"/login?next={address}",
        )  # fmt: skip
    assert client.get("/stories.json").status_code == 401
    assert client.get("/live").status_code == 401
    for address in ("/livez", "/readyz", "/metrics", "/login"):
        assert client.get(address).status_code == 200


def test_signing_in_and_out(small: Database, users: Path) -> None:
    client = client_of(small, users_file=users)
    assert sign_in(client, then="/articles?q=x") == 303
    assert client.last.headers["location"] == "/articles?q=x"  # type: ignore[attr-defined]
    cookie = client.last.headers["set-cookie"].lower()  # type: ignore[attr-defined]
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    page = client.get("/stories")
    assert page.status_code == 200
    kept = client.cookies["desk_session"]
    client.post("/logout", data={"csrf": token_of(page.text)})
    client.cookies.set("desk_session", kept, domain="localhost.local")
    assert client.get("/stories").status_code == 302


def test_a_session_ends(small: Database, users: Path) -> None:
    clock = Clock()
    client = client_of(small, clock, users_file=users)
    sign_in(client)
    clock.now += 13 * 86_400
    assert client.get("/stories").status_code == 200
    clock.now += 2 * 86_400
    assert client.get("/stories").status_code == 302


def test_the_database_has_no_cookie_that_could_be_used(small: Database, users: Path) -> None:
    client = client_of(small, users_file=users)
    sign_in(client)
    files = [p for p in users.parent.iterdir() if p.name.startswith("desk.db")]
    cookie = client.cookies["desk_session"].encode()
    assert not [p for p in files if cookie in p.read_bytes()]


@pytest.mark.parametrize("then", ["//evil.example", "https://evil.example", "/\\evil.example", ""])
def test_signing_in_leads_nowhere_else(small: Database, users: Path, then: str) -> None:
    client = client_of(small, users_file=users)
    assert sign_in(client, then=then) == 303
    assert client.last.headers["location"] == "/stories"  # type: ignore[attr-defined]


def test_wrong_passwords_make_wait_longer_and_longer(small: Database, users: Path) -> None:
    clock = Clock()
    client = client_of(small, clock, users_file=users)
    for _ in range(FREE_FAILURES):
        assert sign_in(client, "wrong password") == 401
    assert sign_in(client, PASSWORD) == 429
    assert int(client.last.headers["retry-after"]) >= 1  # type: ignore[attr-defined]
    clock.now += 2
    assert sign_in(client, "wrong password") == 401
    clock.now += 1
    assert sign_in(client, PASSWORD) == 429
    clock.now += 10
    assert sign_in(client, PASSWORD) == 303


def test_simultaneous_wrong_passwords_are_counted_one_by_one(small: Database, users: Path) -> None:
    client = client_of(small, users_file=users)
    form = {"csrf": token_of(client.get("/login").text), "name": "ann", "password": "wrong one"}
    with client, ThreadPoolExecutor(12) as pool:
        posts = [pool.submit(client.post, "/login", data=form) for _ in range(12)]
        said = Counter(post.result().status_code for post in posts)
    assert said == {401: FREE_FAILURES, 429: 12 - FREE_FAILURES}


def test_unknown_names_are_answered_like_wrong_passwords(small: Database, users: Path) -> None:
    client = client_of(small, users_file=users)
    assert sign_in(client, PASSWORD, "nobody") == 401
    assert "do not belong together" in client.last.text  # type: ignore[attr-defined]


# ---- changes


def test_a_change_without_the_pages_own_token_is_refused(small: Database) -> None:
    client = client_of(small)
    page = client.get("/paste")
    text = {"text": "five words are enough here"}
    assert client.post("/paste", data=text).status_code == 403
    assert client.post("/paste", data={**text, "csrf": "0" * 64}).status_code == 403
    token = {"csrf": token_of(page.text)}
    elsewhere = {"origin": "https://evil.example"}
    assert client.post("/paste", data=text | token, headers=elsewhere).status_code == 403
    stranger = client_of(small)
    assert stranger.post("/paste", data=text | token).status_code == 403


def test_a_token_of_any_letters_is_refused(small: Database, users: Path) -> None:
    form = {"csrf": "\u00e9", "name": "ann", "password": PASSWORD}
    client = client_of(small, users_file=users)
    assert client.get("/login").status_code == 200
    assert client.post("/login", data=form).status_code == 403
    open_client = client_of(small)
    assert open_client.get("/paste").status_code == 200
    assert open_client.post("/paste", data=form).status_code == 403


def test_a_read_only_desk_takes_no_judgements(small: Database) -> None:
    client = client_of(small, read_only=True)
    assert client.get("/review").status_code == 404
    assert 'href="/review"' not in client.get("/stories").text
    assert client.post("/review/" + "0" * 32, data={"answer": "right"}).status_code == 403
    assert client.get("/paste").status_code == 200


def test_what_is_too_large_is_refused(small: Database) -> None:
    client = client_of(small)
    assert client.post("/paste", content=b"x" * (7 << 20)).status_code == 413


def test_signing_out_takes_no_more_either(small: Database, users: Path) -> None:
    client = client_of(small, users_file=users)
    assert client.post("/logout", content=b"x" * (7 << 20)).status_code == 413


# ---- behind a proxy


def test_a_proxy_says_who_asks(small: Database) -> None:
    client = client_of(small, proxy_header="X-Remote-User", hosts=None)
    assert client.get("/stories").status_code == 401
    assert client.get("/stories", headers={"x-remote-user": "ann"}).status_code == 200
