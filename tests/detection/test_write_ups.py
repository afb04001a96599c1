"""Outlets that report the same events in their own words are not copies of each other."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any, NamedTuple

import pytest

from streams.detection.parameters import Parameters
from streams.evaluation.run import CLAIMS
from tests.detection.newsroom import Desk, article
from tests.detection.write_ups import (
    COPIED,
    EVENTS,
    LONGEST,
    OUTLETS,
    SHORTEST,
    WriteUp,
    facts_of,
    write_up,
    write_ups,
)
from tests.quality.detection import exact_jaccard


class Judged(NamedTuple):
    """The detector's verdicts on all write-ups."""

    relations: dict[str, str]  # item -> relation
    claims: set[tuple[str, str, str]]  # item, earlier item, relation
    templates: set[tuple[str, str]]
    stories: list[set[str]]  # items, of each story


def judged(at_once: int) -> Judged:
    desk, ups = Desk(Parameters()), write_ups()
    made = [article(up.item, up.text, source=up.source, title=up.title) for up in ups]
    items = {one["article_id"]: up.item for one, up in zip(made, ups, strict=True)}
    enriched: list[dict[str, Any]] = []
    for first in range(0, len(made), at_once):
        enriched += desk.take(*made[first : first + at_once])
    verdicts = {items[e["article_id"]]: e["detection"] for e in enriched}
    matches = [(i, items[m["article_id"]], m) for i, v in verdicts.items() for m in v["matches"]]
    stories = defaultdict(set)
    for item, verdict in verdicts.items():
        stories[verdict["story_id"]].add(item)
    return Judged(
        relations={item: verdict["relation"] for item, verdict in verdicts.items()},
        claims={(i, j, m["relation"]) for i, j, m in matches if m["relation"] in CLAIMS},
        templates={(i, j) for i, j, m in matches if m["relation"] == "template"},
        stories=list(stories.values()),
    )


@pytest.fixture(scope="module", params=[1, 7, 300])
def verdicts(request: pytest.FixtureRequest) -> Judged:
    return judged(request.param)


@pytest.fixture(scope="module")
def ups() -> dict[str, WriteUp]:
    return {up.item: up for up in write_ups()}


@pytest.fixture(scope="module")
def sold(ups: dict[str, WriteUp]) -> dict[str, str]:
    """Item of each syndicated copy -> that of the write-up it was cut from."""
    copies = [up for up in ups.values() if up.copy]
    return {up.item: write_up(up.event, up.outlet).item for up in copies}


def test_only_syndicated_copies_are_said_to_have_anothers_text(
    verdicts: Judged, sold: dict[str, str]
) -> None:
    assert {(item, other) for item, other, _ in verdicts.claims} == set(sold.items())
    assert len(sold) == COPIED


def test_syndicated_copies_share_their_originals_story_and_no_others_do(
    verdicts: Judged, sold: dict[str, str]
) -> None:
    shared = [story for story in verdicts.stories if len(story) > 1]
    assert sorted(map(sorted, shared)) == sorted(sorted(pair) for pair in sold.items())


def test_copies_cut_to_70_percent_are_excerpts_and_all_others_originals(
    verdicts: Judged, sold: dict[str, str]
) -> None:
    relations = Counter(verdicts.relations.values())
    assert relations["original"] == len(OUTLETS) * EVENTS
    assert {verdicts.relations[item] for item in sold} <= {"excerpt", "copy"}


def test_templates_are_of_one_outlet_and_one_kind_of_event(
    verdicts: Judged, ups: dict[str, WriteUp]
) -> None:
    assert verdicts.templates
    for item, other in verdicts.templates:
        one, another = ups[item], ups[other]
        assert (one.outlet, one.kind) == (another.outlet, another.kind)


def test_write_ups_of_an_event_share_its_facts_and_one_quotation() -> None:
    """And little else, so the tests above hold for the texts themselves."""
    for event in range(EVENTS):
        facts = facts_of(event)
        texts = [write_up(event, outlet).text for outlet in OUTLETS]
        assert all(text.startswith(f"{facts['town'].upper()} — ") for text in texts[:2])
        assert 15 <= len(facts["quote"].split()) <= 40
        for text in texts:
            assert facts["quote"] in text
            assert facts["official"] in text
        jaccards = [exact_jaccard(texts[i], texts[i - 1]) for i in range(len(texts))]
        assert 0 < max(jaccards) < 0.25


def test_write_ups_are_as_long_as_news() -> None:
    lengths, tails = [], set()
    for up in write_ups():
        if not up.copy:
            own, tail = up.text.rsplit("\n\n", 1)
            lengths.append(len(own.split()))
            tails.add((up.outlet, len(tail.split())))
    assert SHORTEST <= min(lengths) < 100
    assert LONGEST <= max(lengths) < LONGEST + 60
    assert {outlet for outlet, _ in tails} == set(OUTLETS)
    assert len(tails) == len(OUTLETS)
    assert all(30 <= words <= 60 for _, words in tails)
