"""How a session ends, and where signing in and out lead."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text

from streams.desk.access.passwords import add_user
from streams.desk.database import Database
from tests.desk.visitors import PASSWORD, client_of, sign_in, token_of


def test_who_is_removed_or_has_a_new_password_is_no_longer_signed_in(
    small: Database, users: Path
) -> None:
    add_user(users, "bob", PASSWORD)
    ann, bob = client_of(small, users_file=users), client_of(small, users_file=users)
    sign_in(ann)
    sign_in(bob, name="bob")
    add_user(users, "bob", "a new password")
    assert [client.get("/stories").status_code for client in (ann, bob)] == [200, 302]
    sign_in(bob, "a new password", "bob")
    users.write_text("".join(x for x in users.open() if not x.startswith("ann:")))
    assert [client.get("/stories").status_code for client in (ann, bob)] == [302, 200]
    for address in ("/stories.json", "/live"):
        assert ann.get(address).status_code == 401
    assert ann.get("/review/docs.jsonl").status_code == 302


def test_a_file_of_users_that_cannot_be_read_lets_nobody_in_and_says_so(
    small: Database, users: Path
) -> None:
    client = client_of(small, users_file=users)
    sign_in(client)
    users.rename(users.with_name("elsewhere"))
    for address in ("/stories", "/stories.json", "/live", "/review/docs.jsonl"):
        answer = client.get(address)
        assert (answer.status_code, "No such file" in answer.text) == (503, True)
    assert sign_in(client) == 503


def test_signing_in_leads_on_after_a_wrong_password(small: Database, users: Path) -> None:
    client = client_of(small, users_file=users)
    sign_in(client, "wrong password", then="/articles?q=x")
    assert 'name="next" value="/articles?q=x"' in client.last.text  # type: ignore[attr-defined]


def test_signing_in_leads_to_any_name(small: Database, users: Path) -> None:
    client = client_of(small, users_file=users)
    first = client.get("/publishers/What%27s%20on%3F").headers["location"]
    assert 'name="next" value="/publishers/What%27s%20on%3F"' in client.get(first).text


def test_the_page_to_sign_in_can_be_asked_for_its_head(small: Database, users: Path) -> None:
    assert client_of(small, users_file=users).head("/login").status_code == 200


def test_another_sites_form_signs_nobody_out(small: Database, users: Path) -> None:
    client, stranger = (client_of(small, users_file=users) for _ in range(2))
    sign_in(client)
    without_cookie = stranger.post("/logout")  # as a browser sends it
    assert (without_cookie.status_code, without_cookie.headers.get("set-cookie")) == (303, None)
    assert client.post("/logout", data={"csrf": "0" * 64}).status_code == 403
    assert client.get("/stories").status_code == 200


def test_who_cannot_be_signed_out_is_told(small: Database, users: Path) -> None:
    client = client_of(small, users_file=users)
    sign_in(client)
    token = token_of(client.get("/stories").text)
    with small.writing() as connection:
        connection.execute(text("ALTER TABLE session RENAME TO away"))
    answer = client.post("/logout", data={"csrf": token})
    assert (answer.status_code, "set-cookie" in answer.headers) == (503, False)
