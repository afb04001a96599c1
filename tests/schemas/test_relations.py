"""Wherever relations are shown, each of the contract's has its colour, its key and its words."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from deploy.demo.summary import _COLOURS
from schemas.enriched_article import MatchRelation, Relation
from streams.cli.tail import _STYLES
from streams.desk import review
from streams.desk.web.review_pages import KEYS
from streams.detection.judge.match_json import reason
from streams.detection.judge.relations import RELATIONS, Match

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("shown", [_COLOURS, _STYLES], ids=["demo", "tail"])
def test_every_relation_has_a_colour_on_a_terminal(shown: dict[str, str]) -> None:
    assert shown.keys() == set(get_args(Relation))


def test_every_relation_has_a_colour_on_the_desk() -> None:
    styles = (ROOT / "streams/desk/static/desk.css").read_text(encoding="utf-8")
    named = {*get_args(Relation), *get_args(MatchRelation)}
    assert [name for name in sorted(named) if f".r-{name}" not in styles] == []


def test_every_answer_of_a_reviewer_has_a_key_of_its_own() -> None:
    assert KEYS.keys() == set(review.ANSWERABLE)
    assert len(set(KEYS.values())) == len(KEYS)


def test_every_relation_has_a_sentence_of_its_own() -> None:
    sentences = [
        reason(
            Match(0, relation, True, 1, 0.6, 0.7, 0.8, 12, 3, 5, standing=False),
            "a.example", 400, 200, in_parts=False,
        )
        for relation in range(len(RELATIONS))
    ]  # fmt: skip
    assert len(set(sentences)) == len(RELATIONS)
