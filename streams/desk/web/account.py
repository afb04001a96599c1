"""Signing in and out."""

from __future__ import annotations

import asyncio

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from streams.desk.access.people import COOKIE, cookie_of, new_cookie
from streams.desk.database import DatabaseError
from streams.desk.web.answering import Answering, TooLargeError, posted_form, set_cookie
from streams.desk.web.desk import Person
from streams.desk.web.pages import Asked
from streams.desk.web.view import View
from streams.errors import UserError


def routes(answering: Answering) -> list[Route]:
    """/login and /logout, if people sign in here."""
    if answering.people.users is None:
        return []
    # Simultaneous posts would all pass the limit of wrong passwords before the first is counted,
    # and each takes 128 MiB. They wait here, not in threads, which other pages need.
    one_at_a_time = asyncio.Lock()

    async def login(request: Request) -> Response:
        if request.method != "POST":
            return _page(answering, request, {}, after=request.query_params.get("next", ""))
        try:
            form = await posted_form(request)
        except TooLargeError:
            return answering.failed(request, 413, "Too large", "Nobody's name is so long.")
        async with one_at_a_time:
            return await run_in_threadpool(_sign_in, answering, request, form)

    async def logout(request: Request) -> Response:
        try:
            form, cookie = await posted_form(request), cookie_of(request)
        except TooLargeError:
            return answering.failed(request, 413, "Too large", "Signing out takes no more.")
        if not cookie:  # as with another site's form, which may not sign anybody out
            return RedirectResponse("/login", 303)
        if not answering.people.allows(cookie, form.get("csrf", ""), request):
            sentence = "You are still signed in: load a page of the desk again, and sign out there."
            return answering.failed(request, 403, "Not signed out", sentence)
        try:
            await run_in_threadpool(answering.people.sign_out, cookie)
        except DatabaseError as error:
            return answering.failed(request, 503, "Not signed out", f"{error}.")
        response = RedirectResponse("/login", 303)
        response.delete_cookie(COOKIE, httponly=True, samesite="lax")
        return response

    return [
        Route("/login", login, methods=["GET", "POST"]),
        Route("/logout", logout, methods=["POST"]),
    ]


def _sign_in(answering: Answering, request: Request, form: dict[str, str]) -> Response:
    people, now = answering.people, answering.desk.clock()
    name, password = form.get("name", "")[:64], form.get("password", "")[:1000]

    def again(wrong: dict[str, str], status: int) -> Response:
        return _page(answering, request, wrong, name, form.get("next", ""), status)

    if not people.allows(cookie_of(request), form.get("csrf", ""), request):
        return again({"form": "this form was too old: try again"}, 403)
    address = request.client.host if request.client else "unknown"
    keys = (f"name {name}", f"address {address}")
    wait = people.wait_seconds(keys, now)
    if wait:
        response = again({"password": f"too many wrong passwords: wait {wait} seconds"}, 429)
        response.headers["retry-after"] = str(wait)
        return response
    try:
        cookie = people.sign_in(name, password, now)
    except UserError as error:
        return answering.failed(request, 503, "Nobody can sign in now", f"{error}.")
    if cookie is None:
        people.failed(keys, now)
        return again({"password": "name and password do not belong together"}, 401)
    people.succeeded(keys)
    response = RedirectResponse(_own_address(form.get("next", "")), 303)
    set_cookie(request, response, cookie)
    return response


def _page(
    answering: Answering,
    request: Request,
    wrong: dict[str, str],
    name: str = "",
    after: str = "",
    status: int = 200,
) -> Response:
    cookie = cookie_of(request)
    fresh = "" if cookie else new_cookie()
    person = Person("", answering.people.token(cookie or fresh))
    data = {"wrong": wrong, "name": name, "next": _own_address(after), "csrf": person.csrf}
    view = View("login.html", data, status=status)
    response = answering.written(request, view, Asked({}, {}, person, "/login"))
    if fresh:
        set_cookie(request, response, fresh)
    return response


def _own_address(address: str) -> str:
    """An address within the desk; any other could redirect people elsewhere."""
    own = address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if own and address.isprintable() else "/stories"
