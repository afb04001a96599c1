"""The desk in a real browser: Debian's chromium, driven by Playwright. Skipped if it is missing."""

from __future__ import annotations

import operator
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from streams.desk.access import passwords
from streams.desk.access.passwords import add_user
from streams.desk.database import Database, open_database
from streams.desk.follow import Progress
from streams.desk.ingest import Incoming
from streams.desk.web.app import create_app
from streams.desk.web.desk import Desk, Options
from tests.desk.newsroom import raw, records_of, take_in
from tests.kafka.service import until

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no chromium here (Debian: apt-get install chromium)"
)
PHONE, DESKTOP = 390, 1360


@contextmanager
def served(desk: Desk) -> Iterator[str]:
    config = uvicorn.Config(create_app(desk), port=0, log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until(lambda: server.started, "it is up", 30)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = server.force_exit = True
        thread.join(10)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def database(
    tmp_path_factory: pytest.TempPathFactory, sample: list[Incoming]
) -> Iterator[Database]:
    opened = open_database(str(tmp_path_factory.mktemp("desk") / "desk.db"))
    take_in(opened, sample)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def desk(database: Database) -> Desk:
    return Desk(database, Progress(lag=0))


@pytest.fixture(scope="module")
def address(desk: Desk) -> Iterator[str]:
    with served(desk) as found:
        yield found


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A page that fails its test when a script fails, or the security policy is broken."""
    yield from opened(browser, address)


def opened(browser: Browser, address: str, **options: Any) -> Iterator[Page]:
    context = browser.new_context(base_url=address, **options)
    page = context.new_page()
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda m: said.append(m.text) if "Security Policy" in m.text else None)
    page.set_default_timeout(20_000)
    yield page
    context.close()
    assert said == []


def top(page: Page) -> str:
    """Address of the most copied story."""
    stories = page.request.get("/stories.json?sort=copied").json()["stories"]
    return f"/stories/{stories[0]['story_id']}"


def pages(page: Page) -> list[str]:
    story = top(page)
    members = page.request.get(f"{story}.json").json()["members"]
    one, other = members[0]["article_id"], members[2]["article_id"]
    review = page.request.get("/review").url
    return [
        "/stories", story, f"{story}/matrix", f"/compare/{one}/{other}",
        f"/compare/{one}/{other}?form=inline", f"/articles/{other}", "/articles?q=ferry",
        "/publishers", f"/publishers/{members[1]['source']}", "/agencies", "/agencies/Reuters",
        "/paste", review, "/review/results", "/about", "/nothing",
    ]  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation(browser: Browser, address: str, scheme: Any) -> None:
    for page in opened(browser, address, color_scheme=scheme):
        for path in pages(page):
            page.goto(path)
            found = Axe().run(page).response["violations"]
            assert [(v["id"], [n["html"] for n in v["nodes"]][:3]) for v in found] == [], path


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_no_page_is_wider_than_the_screen(browser: Browser, address: str, width: int) -> None:
    for page in opened(browser, address, viewport={"width": width, "height": 800}):
        for path in pages(page):
            page.goto(path)
            wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, path


def test_a_page_is_light_without_its_texts(page: Page) -> None:
    """Styles and script together with the list of stories: what the network carries."""
    page.goto("/stories", wait_until="load")
    entries = page.evaluate(
        "performance.getEntriesByType('resource').map(e => [e.name, e.encodedBodySize])"
    )
    static = sum(size for name, size in entries if "/static/" in name)
    assert 0 < static < 40_000


def test_searching_and_filtering(page: Page) -> None:
    page.goto("/stories")
    everything = page.locator("[data-row]").count()
    page.keyboard.press("/")
    page.keyboard.type("ferry")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("ferry")
    assert 0 < page.locator("[data-row]").count() < everything
    page.goto("/stories")
    page.locator("#facet-agency + ul a", has_text="AP").first.click()
    expect(page).to_have_url(re.compile("agency=AP"))
    page.get_by_label("Remove the filter Agency: AP").click()
    expect(page).not_to_have_url(re.compile("agency"))


def test_keys_go_through_a_list(page: Page) -> None:
    page.goto("/stories")
    for key in "jjjk":
        page.keyboard.press(key)
    second = page.locator("[data-row]").nth(1)
    expect(second).to_have_class(re.compile("here"))
    wanted = second.locator("a").first.get_attribute("href")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"{wanted}$"))
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()


def test_a_story_its_timeline_and_a_comparison(page: Page) -> None:
    page.goto(top(page))
    expect(page.locator("svg.timeline a.mark").first).to_be_visible()
    page.get_by_role("link", name="Compare").first.click()
    expect(page.get_by_role("heading", name="Compare")).to_be_visible()
    page.get_by_role("link", name="Changes only").click()
    expect(page).to_have_url(re.compile("form=changes"))


def test_tables_sort_by_their_heads(page: Page) -> None:
    page.goto("/publishers")
    page.locator("thead th:nth-child(3) button").click()

    def copies() -> list[int]:
        cells = page.locator("tbody td:nth-child(3)")
        return [int(cell.get_attribute("data-value") or 0) for cell in cells.all()]

    assert copies() == sorted(copies())
    page.locator("thead th:nth-child(3) button").click()
    assert copies() == sorted(copies(), reverse=True)


def test_reviewing_by_key(page: Page) -> None:
    page.goto("/review")
    for key in ("y", "u", "y"):
        before = page.url
        page.keyboard.press(key)
        page.wait_for_url(partial(operator.ne, before))
        expect(page.locator(".answers")).to_be_visible()
    results = page.request.get("/review/results.json").json()["results"]
    counted = [r for r in results if r["language"] == "all"]
    assert sum(r["right"] for r in counted) == 2
    assert sum(r["unsure"] for r in counted) == 1


def test_new_stories_come_into_the_list_until_it_is_paused(
    browser: Browser, tmp_path: Path
) -> None:
    database = open_database(str(tmp_path / "live.db"))
    desk = Desk(database, Progress(lag=0))

    def comes(*events: dict[str, Any]) -> None:
        take_in(database, records_of(list(events)))
        desk.progress.articles += len(events)
        desk.progress.stories += 1

    with served(desk) as address:
        for page in opened(browser, address):
            page.goto("/stories")
            expect(page.locator(".empty")).to_be_visible()
            page.wait_for_timeout(1500)  # the first event only says how far the desk is
            comes(raw(0, "a.example"), raw(1, "b.example"))
            expect(page.locator("[data-row]")).to_have_count(1)
            page.keyboard.press("p")
            expect(page.locator("#live")).to_have_text("Paused")
            comes(raw(0, "a.example"), raw(1, "b.example"), raw(2, "c.example"))
            expect(page.locator("#live")).to_have_text(re.compile(r"Paused: \d+ new"))
            expect(page.locator(".figures dd").first).to_have_text("2")
            page.locator("#live").click()
            expect(page.locator(".figures dd").first).to_have_text("3")
    database.close()


def test_everything_is_there_without_javascript(browser: Browser, address: str) -> None:
    for page in opened(browser, address, java_script_enabled=False):
        page.goto("/stories")
        page.locator("#find").fill("ferry")
        page.get_by_role("button", name="Search").click()
        page.locator("[data-row] h2 a").first.click()
        expect(page.locator("svg.timeline a.mark").first).to_be_visible()
        page.get_by_role("link", name="Who kept what").click()
        expect(page.locator("table.matrix")).to_be_visible()
        page.goto("/review")
        page.get_by_role("button", name="Cannot say").click()
        expect(page.locator(".answers")).to_be_visible()


def test_signing_in(
    browser: Browser, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "_N", 1 << 10)
    add_user(tmp_path / "users", "ann", "correct horse battery")
    desk = Desk(database, Progress(lag=0), Options(users_file=tmp_path / "users"))
    with served(desk) as address:
        for page in opened(browser, address):
            page.goto("/articles?q=ferry")
            page.get_by_label("Name").fill("ann")
            page.get_by_label("Password").fill("wrong horse battery")
            page.get_by_role("main").get_by_role("button", name="Sign in").click()
            expect(page.locator("#wrong-password")).to_be_visible()
            page.goto("/articles?q=ferry")
            page.get_by_label("Name").fill("ann")
            page.get_by_label("Password").fill("correct horse battery")
            page.get_by_role("main").get_by_role("button", name="Sign in").click()
            expect(page).to_have_url(re.compile(r"/articles\?q=ferry$"))
            page.get_by_role("button", name="Sign out").click()
            expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_hostile_texts_run_nothing_and_stay_readable(browser: Browser, tmp_path: Path) -> None:
    database = open_database(str(tmp_path / "hostile.db"))
    title = (
        "<script>document.title='owned'</script>\u202eshow me\u202c <img src=x onerror=alert(1)>"
    )
    events = [raw(n, f"<b>{n}</b>", title=title, url="javascript:alert(1)") for n in range(3)]
    take_in(database, records_of(events))
    with served(Desk(database, Progress(lag=0))) as address:
        for page in opened(browser, address):
            page.on("dialog", lambda _dialog: pytest.fail("a script of an article ran"))
            for path in pages_of(page):
                page.goto(path)
                page.wait_for_timeout(100)
                assert "owned" not in page.title().split(" · ")[1]
                assert page.locator("main img, main script, main b:not(.fact)").count() == 0
    database.close()


def pages_of(page: Page) -> list[str]:
    story = top(page)
    members = page.request.get(f"{story}.json").json()["members"]
    one, other = members[0]["article_id"], members[1]["article_id"]
    return ["/stories", story, f"{story}/matrix", f"/compare/{one}/{other}", f"/articles/{one}"]
