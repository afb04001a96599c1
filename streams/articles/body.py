"""Where an article's text comes from: the page, the text, or, with a reason, nowhere."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from schemas import RawArticle, Reason
from streams.articles.clean_check import cleaned
from streams.articles.fragments import fragment_text, has_markup
from streams.articles.page import Page, PageSource
from streams.articles.pages.recognise import is_page
from streams.articles.record import Record
from streams.articles.refusals import is_plainly_text, refusal
from streams.articles.rejection import Rejection, rejected
from streams.articles.text import clean_text, markup_without_control
from streams.articles.times import parse_time
from streams.articles.walls import mention_walls, without_wall

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_MILLISECOND = 253_402_300_799_000  # of the year 9999: later ones have no datetime
NO_PAGE = Page()
CONTROL_CHARACTERS = "control_characters"  # in `dropped`
# In `dropped`: the text ends where a wall began, and the rest of the article is behind it.
BEHIND_WALL = "behind_wall"
# In `dropped`: the page holds ten times the text that was taken for its story.
MOST_OF_PAGE = "most_of_page"


def page_of(raw: RawArticle, record: Record, outlets_file: str | None) -> PageSource | None:
    """The page in a raw event that has to be read first, or None."""
    if raw.status == "canceled":
        return None
    whole_page = raw.text is not None and is_page(raw.text)
    if not raw.html and not whole_page:
        return None
    html, cut = markup_without_control(raw.html) if raw.html else (None, False)
    return PageSource(
        html=html,
        text=raw.text if whole_page else None,
        now=fetched(raw, record),
        title=raw.title,
        outlets_file=outlets_file,
        address=raw.canonical_url or raw.url,
        cut=cut,
    )


def _plain(text: str) -> str:
    """Without tags that some producers leave in."""
    return fragment_text(text) if has_markup(text) else text


def fetched(raw: RawArticle, record: Record) -> datetime:
    """When a page was fetched, UTC: by its own account, else by its record's time."""
    own = parse_time(raw.fetched_at) if raw.fetched_at else None
    if own is not None:
        return own
    milliseconds = min(max(record.timestamp, 0), _LAST_MILLISECOND)
    return _EPOCH + timedelta(milliseconds=milliseconds)


def settled_body(text: str, dropped: list[str], *, mentions_wall: bool) -> str | Rejection:
    """The result of `body_of` for an event with only a text, which is stripped and clean.
    `mentions_wall` is the result of `mention_walls` for it."""
    if not text:
        return _empty("text")
    return _article(text, "text", dropped, mentions_wall=mentions_wall)


def body_of(raw: RawArticle, page: Page | None, dropped: list[str]) -> str | Rejection:
    """The article's text, or why there is none; appends what had to be dropped. `page_of` has
    removed control characters from the page's markup already."""
    if raw.status == "canceled":
        return clean_text(raw.text)[0] if raw.text else ""
    if page is not None and page.timed_out:
        return rejected(
            Reason.TIMED_OUT, f"html: expected a page to read in time, got {page.failure}"
        )
    read = page is not None and (page.text or page.from_text)
    text, removed = cleaned(page.text if page is not None and read else _plain(raw.text or ""))
    if removed and CONTROL_CHARACTERS not in dropped:
        dropped.append(CONTROL_CHARACTERS)
    if page is not None and page.stub:
        dropped.append(MOST_OF_PAGE)
    name = (
        "html" if raw.html and not raw.html.isspace() and not (page and page.from_text) else "text"
    )
    if text:
        return _article(text, name, dropped, mentions_wall=mention_walls([text])[0])
    if page is not None and (name == "html" or page.from_text):
        why = page.failure or "nothing that reads like an article"
        return rejected(Reason.NO_ARTICLE, f"{name}: expected a page with an article, got {why}")
    name = "text" if raw.text is not None else "html"
    return _empty(name)


def _article(text: str, name: str, dropped: list[str], *, mentions_wall: bool) -> str | Rejection:
    if not mentions_wall and is_plainly_text(text):
        return text
    cut = without_wall(text, mentions_wall=mentions_wall)
    why = refusal(cut.text, mentions_wall=mentions_wall)
    if why is not None:
        return rejected(Reason.NO_ARTICLE, f"{name}: {why}")
    if cut.truncated:
        dropped.append(BEHIND_WALL)
    return cut.text


def _empty(name: str) -> Rejection:
    return rejected(Reason.EMPTY_BODY, f"{name}: expected some text, got only white space")
