"""Publishers and agencies: lists of them, and one of each."""

from __future__ import annotations

from streams.desk.queries import agencies as of_agencies
from streams.desk.queries import publishers as query
from streams.desk.web.desk import Desk
from streams.desk.web.pages import Asked, NotFoundError, Page
from streams.desk.web.view import Table, View


def list_publishers(desk: Desk, _asked: Asked) -> View:
    """The publishers with most articles."""

    def count() -> list[query.ListedPublisher]:
        with desk.database.reading() as connection:
            return query.publishers(connection)

    counted_at, rows = desk.kept.get("publishers", count)
    data = {"publishers": rows, "counted_at": int(counted_at * 1000), "limit": query.LISTED}
    return View("publishers.html", data, {"publishers": rows})


def show_publisher(desk: Desk, asked: Asked) -> View:
    """One publisher."""
    with desk.database.reading() as connection:
        found = query.publisher(connection, asked.path["source"])
    if found is None:
        raise NotFoundError(f"The desk has no article of {asked.path['source']}.")
    tables: dict[str, Table] = {
        "runs": found["runs"],
        "feeds": found["feeds"],
        "agencies": found["agencies"],
        "relations": found["relations"],
        "languages": found["languages"],
    }
    return View("publisher.html", {"publisher": found}, tables)


def list_agencies(desk: Desk, _asked: Asked) -> View:
    """The agencies that stories come from."""

    def count() -> list[of_agencies.ListedAgency]:
        with desk.database.reading() as connection:
            return of_agencies.agencies(connection)

    counted_at, rows = desk.kept.get("agencies", count)
    data = {"agencies": rows, "counted_at": int(counted_at * 1000)}
    return View("agencies.html", data, {"agencies": rows})


def show_agency(desk: Desk, asked: Asked) -> View:
    """One agency."""
    with desk.database.reading() as connection:
        found = of_agencies.agency(connection, asked.path["name"])
    if found is None:
        raise NotFoundError(f"The desk has no story of {asked.path['name']}.")
    return View("agency.html", {"agency": found}, {"ran": found["ran"], "newest": found["newest"]})


PAGES = (
    Page("/publishers", list_publishers, "Publishers with most articles", {}, ("publishers",)),
    Page(
        "/publishers/{source:path}",
        show_publisher,
        "A publisher: whose texts it runs, what it credits, whom it feeds",
        {},
        ("runs", "feeds", "agencies", "relations", "languages"),
    ),
    Page("/agencies", list_agencies, "Agencies that stories come from", {}, ("agencies",)),
    Page(
        "/agencies/{name:path}",
        show_agency,
        "An agency: its stories, who ran them, credited or not, and what was cut",
        {},
        ("ran", "newest"),
    ),
)
