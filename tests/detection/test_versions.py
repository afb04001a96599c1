"""If versions can be compared, they decide which text of an item is the later one."""

from __future__ import annotations

import pytest

from streams.detection.sketch.version_order import is_older, version_order
from tests.detection.newsroom import Desk, article, edited, kill, story

FIRST = story(1, 120)
SECOND, THIRD = edited(FIRST, 0.05), edited(FIRST, 0.05, 2)


@pytest.mark.parametrize("at_once", [False, True])
def test_an_older_version_that_arrives_late_is_counted_and_not_published(at_once: bool) -> None:
    desk = Desk()
    told = [article("a", SECOND, version="10"), article("a", FIRST, version="9")]
    for chunk in [told] if at_once else [[one] for one in told]:
        desk.take(*chunk)
    assert sum(len(d.enriched) for d in desk.decisions) == 1
    assert sum(d.outdated for d in desk.decisions) == 1
    assert sum(d.redeliveries for d in desk.decisions) == 1
    verdict = desk.verdict(article("a", THIRD, version="11"))
    assert verdict["supersedes"] == told[0]["content_digest"]


@pytest.mark.parametrize("at_once", [False, True])
def test_a_later_version_may_return_to_an_earlier_text(at_once: bool) -> None:
    desk = Desk()
    texts = [(FIRST, "1"), (SECOND, "2"), (FIRST, "3")]
    told = [article("a", text, version=version) for text, version in texts]
    for chunk in [told] if at_once else [[one] for one in told]:
        desk.take(*chunk)
    assert [r for d in desk.decisions for r in d.relations] == ["original", "revision", "revision"]
    desk.take(*told)  # again, all of them
    assert sum(d.redeliveries for d in desk.decisions) == 3


def test_the_text_of_a_superseded_version_is_a_redelivery_if_versions_do_not_say_more() -> None:
    desk = Desk()
    for text in (FIRST, SECOND, FIRST):
        desk.take(article("a", text))
    assert [r for d in desk.decisions for r in d.relations] == ["original", "revision"]


def test_versions_of_two_kinds_are_not_compared() -> None:
    desk = Desk()
    desk.take(article("a", FIRST, version="7"))
    assert desk.verdict(article("a", SECOND, version="beta"))["relation"] == "revision"
    assert desk.verdict(article("a", THIRD, version="2026-03-02"))["relation"] == "revision"


def test_a_kill_counts_whatever_its_version() -> None:
    desk = Desk()
    desk.take(article("a", FIRST, version="7"))
    assert desk.verdict(kill("a", version="6"))["relation"] == "withdrawn"


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("9", "10"), ("1.9", "1.10"), ("1.2", "1.2.1"), ("0", "1"), (3, 4), (" 3", "4 "),
        ("2026-03-02T10:00:00Z", "2026-03-02T12:30:00+01:00"),
        ("20260302T101500Z", "20260302T101501Z"), ("20260302101500", "20260302101501"),
        ("1772445600", "1772445601"),
    ],
)  # fmt: skip
def test_versions_are_ordered(older: str, newer: str) -> None:
    one, other = version_order(older), version_order(newer)
    assert is_older(one, other)
    assert not is_older(other, one)
    assert not is_older(one, one)


@pytest.mark.parametrize("version", [None, "", "final", "v", "1.2.3.4", "9" * 30, "-1", "1e5"])
def test_what_is_not_a_version_is_never_the_older_one(version: str | None) -> None:
    assert version_order(version) == 0
    assert not is_older(version_order("1"), version_order(version))
