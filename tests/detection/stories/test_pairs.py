"""A story that begins in one go is the one that begins step by step."""

from __future__ import annotations

import pytest
from hypothesis import given

from schemas.enriched_article import Relation
from streams.detection.index.view import View
from streams.detection.parameters import Parameters
from streams.detection.stories import story_log
from streams.detection.stories.pairs import Pair, pair_of
from tests.detection.newsroom import Desk, article, chunk_of, edited, remembered, story
from tests.detection.test_invariance import (
    Log,
    cuts,
    logs,
    ordinary,
    parameters,
    published,
    worked,
)

TOLD = story(1)


@ordinary
@given(logs(), cuts, parameters)
def test_beginning_in_one_go_publishes_and_remembers_the_same(
    log: Log, cuts: list[int], of: Parameters
) -> None:
    quick = worked(log.chunks(cuts), of)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(story_log, "pair_of", lambda *_: None)
        slow = worked(log.chunks(cuts), of)
    assert published(quick.decisions) == published(slow.decisions)
    assert remembered(quick.state) == remembered(slow.state)


@pytest.mark.parametrize(
    ("first", "second", "at_once"),
    [
        ({}, {}, True),
        ({"credit": "Reuters"}, {"credit": "AFP"}, True),
        ({"credit": "Reuters"}, {"credit": "Reuters"}, False),  # of an unseen agency
        ({}, {"syndicated_from": "c.example"}, False),
        ({"source": "reuters.com"}, {}, False),
        ({}, {"source": "reuters.com"}, False),
        ({"credit": "Reuters"}, {}, False),  # the second is a better original
        ({"embargoed_until": "2026-03-03T00:00:00Z"}, {}, False),
    ],
)
def test_only_plain_pairs_begin_in_one_go(
    first: dict[str, str],
    second: dict[str, str],
    at_once: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found: list[bool] = []

    def watched(
        view: View, story_id: bytes, one: int, two: int, relation: Relation, reason: str
    ) -> Pair | None:
        pair = pair_of(view, story_id, one, two, relation, reason)
        found.append(pair is not None)
        return pair

    monkeypatch.setattr(story_log, "pair_of", watched)
    desk = Desk()
    articles = [
        article("a", TOLD, **{"source": "a.example", **first}),
        article("b", edited(TOLD), **{"source": "b.example", **second}),
    ]
    desk.decide(chunk_of([desk.arrival(made) for made in articles]))
    assert found == [at_once]
