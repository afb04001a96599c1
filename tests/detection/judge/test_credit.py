"""Whether a copy credits its story's agency, as stated in the verdict."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from streams.detection.index.segment import decode_segment
from streams.detection.index.state import ShardState
from streams.detection.judge.credit import credited
from streams.detection.parameters import Parameters
from streams.pipeline import Pipeline
from tests.detection.newsroom import HOUR, NOON, Arrival, Desk, chunk_of, edited, story
from tests.detection.newsroom import article as told

TEXT = (
    "Ferry crews on the lake ended a nine-day strike on Monday after accepting a pay deal that "
    "raises their wages by 4 percent, and the first boats to the islands left within the hour. The "
    "operator expects the full timetable to be running again by Thursday, when schools open."
)


def article(text: str, **agencies: str) -> bytes:
    named = [{"name": n, "role": role, "evidence": "credit"} for n, role in agencies.items()]
    return orjson.dumps({"text": text, "attributes": {"role": "provider"}, "agencies": named})


@pytest.mark.parametrize(
    ("agencies", "provider", "expected"),
    [
        ({"Reuters": "provider"}, "Reuters", "provider"),
        ({"AFP": "provider", "Reuters": "provider"}, "AFP", "provider"),
        ({"AFP": "provider", "Reuters": "cited"}, "AFP", "cites"),
        ({"Reuters": "cited"}, "", "cites"),
        ({"AFP": "provider"}, "AFP", "none"),
        ({}, "", "none"),
    ],
)
def test_how_an_article_credits_an_agency(
    agencies: dict[str, str], provider: str, expected: str
) -> None:
    assert credited(article(TEXT, **agencies), provider, "Reuters") == expected
    assert credited(article(TEXT, **agencies), provider, None) is None


def test_words_of_the_text_are_not_a_credit() -> None:
    text = 'It said "Reuters" and {"name":"Reuters","role":"provider"}'
    assert credited(article(text), "", "Reuters") == "none"


def verdicts(*events: dict[str, Any]) -> list[str | None]:
    said = Pipeline().enrich({"id": str(n), **event} for n, event in enumerate(events))
    return [article["detection"]["credited"] for article in said]


def test_only_verdicts_on_members_say_how_they_credit() -> None:
    wire = f"GENEVA, March 2 (Reuters) - {TEXT}"
    found = verdicts(
        {"source": "reuters.com", "text": wire},
        {"source": "a.example", "text": TEXT, "credit": "Reuters"},
        {"source": "b.example", "text": TEXT},
        {"source": "b.example", "text": f"Other news. {TEXT[::-1]}"},
    )
    assert found == [None, "provider", "none", None]


def test_without_a_known_agency_no_credit_is_due() -> None:
    found = verdicts({"source": "a.example", "text": TEXT}, {"source": "b.example", "text": TEXT})
    assert found == [None, None]


WIRE = story(1)
WINDOW_HOURS = 72
# AFP's own, and a copy every twenty hours: the fourth is the first that AFP's no longer stands
# beside in the window, and the story goes on.
OUTLIVED = [
    Arrival(told("afp", WIRE, source="afp.com", credit="AFP"), NOON, 1),
    *(
        Arrival(told(f"{n}", edited(WIRE, 0.03, n), source=f"{n}.example"), NOON + 20 * n * HOUR, n)
        for n in range(2, 9)
    ),
]
LEFT = sum(arrival.time <= NOON + (WINDOW_HOURS + 20) * HOUR for arrival in OUTLIVED)


def credits_of(desk: Desk) -> list[str | None]:
    verdicts = [orjson.loads(value)["detection"] for d in desk.decisions for value in d.enriched]
    assert {verdict["story_id"] for verdict in verdicts} == {verdicts[0]["story_id"]}
    return [verdict["credited"] for verdict in verdicts]


@pytest.mark.parametrize("at_once", [1, 3, 8])
@pytest.mark.parametrize("capacity", [4, 256])
def test_a_credit_is_due_while_the_original_that_names_the_agency_is_in_the_window(
    at_once: int, capacity: int
) -> None:
    desk = Desk(Parameters(capacity=capacity))
    for first in range(0, len(OUTLIVED), at_once):
        desk.decide(chunk_of(OUTLIVED[first : first + at_once]))
    due = min(LEFT, capacity) - 1
    assert credits_of(desk) == [None, *["none"] * due, *[None] * (len(OUTLIVED) - 1 - due)]


def test_a_shard_recovered_from_its_window_says_the_same_of_credits() -> None:
    live, cut_short = Desk(), Desk()
    for arrival in OUTLIVED:
        live.decide(chunk_of([arrival]))
        segments = [decode_segment(data) for data in cut_short.segments]
        cut_short.state = ShardState(cut_short.parameters)
        for segment in segments:
            start = segments[-1].clock - cut_short.parameters.window_milliseconds
            if segment.latest >= start:
                cut_short.state.apply(segment)
        cut_short.decide(chunk_of([arrival]))
    assert credits_of(cut_short) == credits_of(live)


def test_no_version_of_the_original_owes_a_credit() -> None:
    desk = Desk()
    desk.take(told("afp", WIRE, source="afp.com", credit="AFP"))
    assert desk.verdict(told("a", edited(WIRE), source="a.example"))["credited"] == "none"
    for seed in range(3):
        text = edited(WIRE, 0.02, seed)
        verdict = desk.verdict(told("afp", text, source="afp.com", credit="AFP"))
        assert (verdict["relation"], verdict["credited"]) == ("revision", None)
