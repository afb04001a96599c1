"""Feeds that are no XML: a truncated one is named, a sloppy one read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.sources.reading import read

LINES = "".join(f"Crew {n} went back to work after the vote. " for n in range(9))
ITEMS = "".join(
    f"<item><guid>{n}</guid><title>T{n}</title><description>{LINES}</description></item>"
    for n in range(4)
)
RSS = f"<?xml version='1.0'?><rss version='2.0'><channel><title>c</title>{ITEMS}</channel></rss>"
ENTRIES = (
    ITEMS.replace("item>", "entry>").replace("guid>", "id>").replace("description>", "content>")
)
ATOM = f"<feed xmlns='http://www.w3.org/2005/Atom'><title>c</title>{ENTRIES}</feed>"


@pytest.mark.parametrize(
    ("whole", "cut_at", "entries"),
    [
        (RSS, RSS.rindex("Crew 4"), 3),
        (RSS, RSS.rindex("<title>T3") + 4, 3),
        (RSS, RSS.index("</channel>"), 4),
        (RSS, RSS.index("<title>T0"), 0),
        (ATOM, ATOM.rindex("Crew 4"), 3),
        (ATOM, ATOM.rindex("</feed>"), 4),
    ],
)
def test_a_feed_that_breaks_off_gives_its_whole_entries_and_is_named(
    tmp_path: Path, whole: str, cut_at: int, entries: int
) -> None:
    events, refused = read(tmp_path / "a.xml", whole[:cut_at])
    titles = [json.loads(event.value)["title"] for event in events]
    assert titles == [f"T{n}" for n in range(entries)]
    [said] = refused
    assert f"breaks off: only its first {entries} entries are whole" in said


@pytest.mark.parametrize(
    "sloppy",
    [
        RSS.replace("T3", "Fish & Chips <b>"),
        RSS + "<!-- 0.3 s --><script>track()</script>",
        RSS.removesuffix("</rss>"),
        ATOM.replace("T3", "Fish & Chips &nosuch;"),
    ],
)
def test_a_feed_that_is_sloppy_and_whole_is_read_without_a_word(
    tmp_path: Path, sloppy: str
) -> None:
    events, refused = read(tmp_path / "a.xml", sloppy)
    assert (len(events), refused) == (4, [])
