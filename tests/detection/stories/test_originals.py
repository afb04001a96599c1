"""A story's original is elected by evidence, not by order of arrival."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.records import StoryRecord
from streams.articles.agencies import agencies, agency_of_site
from streams.detection.sketch.evidence import link_of, provider_of, published_seconds
from streams.detection.stories.records import replay_events
from tests.detection.newsroom import MINUTE, NOON, Article, Desk, article, edited, kill, story

TOLD = story(1, 200)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def copy(item: str, source: str | None = None, **fields: Any) -> Article:
    seed = sum(map(ord, item))
    return article(item, edited(TOLD, 0.03, seed), source=source or f"{item}.example", **fields)


def record(desk: Desk) -> StoryRecord:
    [made] = desk.stories.values()
    return made


def test_an_agencys_own_publication_becomes_the_original_when_it_arrives(desk: Desk) -> None:
    desk.take(copy("a", credit="Reuters"), copy("b", credit="Reuters"))
    assert record(desk)["unseen_agency"] == "Reuters"
    own = copy("reuters", "reuters.com")
    verdict = desk.verdict(own)
    assert verdict["original_id"] == own["article_id"]
    assert (verdict["relation"], verdict["unseen_agency"]) == ("copy", None)
    assert record(desk)["original_evidence"] == "agency"
    changed = desk.events[-1]
    assert changed["type"] == "original_changed"
    assert changed["reason"] == "reuters.com is the agency's own site."


def test_an_unseen_original_is_named_once_most_credit_the_agency(desk: Desk) -> None:
    desk.take(copy("a"))
    assert desk.verdict(copy("b", credit="AFP"))["unseen_agency"] is None
    assert desk.verdict(copy("c", credit="AFP"))["unseen_agency"] == "AFP"
    assert record(desk)["agencies"] == [{"name": "AFP", "articles": 2}]
    assert desk.events[-1]["reason"] == "Its articles credit AFP, whose own has not been seen."


def test_the_article_that_copies_name_as_their_source_is_the_original(desk: Desk) -> None:
    first, named = copy("a"), copy("b")
    desk.take(first, named)
    assert record(desk)["original_id"] == first["article_id"]
    desk.take(copy("c", syndicated_from="b.example"))
    assert record(desk)["original_id"] == named["article_id"]
    assert record(desk)["original_evidence"] == "link"


def test_the_source_that_copies_named_is_the_original_when_it_arrives(desk: Desk) -> None:
    canonical = "https://gazette.example/news/1"
    desk.take(copy("a"), copy("b", canonical_url=canonical))
    named = copy("c", "gazette.example")
    assert desk.verdict(named)["original_id"] == named["article_id"]


def test_the_earlier_publication_counts_not_the_earlier_arrival(desk: Desk) -> None:
    late = copy("late", published_at="2026-03-02T11:50:00Z")
    early = copy("early", published_at="2026-03-02T11:20:00Z")
    desk.take(late)
    assert desk.verdict(early)["original_id"] == early["article_id"]
    assert record(desk)["original_evidence"] == "published_at"


@pytest.mark.parametrize(
    "claimed", ["2026-03-02T00:00:00Z", "2020-01-01T10:00:00Z", "2026-03-09T10:00:00Z", None]
)
def test_a_time_that_cannot_be_that_of_publication_does_not_make_an_original(
    desk: Desk, claimed: str | None
) -> None:
    """A date without a time, one from before the window, one in the future."""
    first = copy("a")
    desk.take(first)
    assert desk.verdict(copy("b", published_at=claimed))["original_id"] == first["article_id"]


@pytest.mark.parametrize(
    "held", [{"status": "withheld"}, {"embargoed_until": "2026-03-03T00:00:00Z"}]
)
def test_what_is_held_back_is_never_the_original(desk: Desk, held: dict[str, str]) -> None:
    desk.take(copy("a", "reuters.com", **held))
    assert desk.verdict(copy("b", **held))["original_id"] is None
    assert record(desk)["original_evidence"] == "none"
    usable = copy("c")
    assert desk.verdict(usable)["original_id"] == usable["article_id"]


HELD_BACK: list[dict[str, Any]] = [
    {"status": "withheld"}, {"embargoed_until": "2026-03-03T00:00:00Z"},
]  # fmt: skip


def other_text(item: str, **fields: Any) -> Article:
    return article(item, edited(TOLD, 0.02, 5), source=f"{item}.example", **fields)


@pytest.mark.parametrize("held", HELD_BACK)
@pytest.mark.parametrize("at_once", [False, True])
def test_an_original_that_is_held_back_makes_way_for_another(
    desk: Desk, held: dict[str, Any], at_once: bool
) -> None:
    second = copy("b")
    log = [copy("a"), second, other_text("a", **held)]
    for chunk in [log] if at_once else [[one] for one in log]:
        desk.take(*chunk)
    assert record(desk)["original_id"] == second["article_id"]
    assert (record(desk)["original_status"], record(desk)["articles"]) == ("usable", 2)
    assert [e["type"] for e in desk.events[-2:]] == ["corrected", "original_changed"]
    assert replay_events(desk.events) == desk.stories


@pytest.mark.parametrize("held", HELD_BACK)
def test_the_same_text_sent_again_without_what_held_it_back_is_a_revision(
    desk: Desk, held: dict[str, Any]
) -> None:
    agencys = copy("a", "reuters.com")
    desk.take(copy("a", "reuters.com", **held), copy("b"))
    verdict = desk.verdict(agencys)
    assert (verdict["relation"], verdict["original_id"]) == ("revision", agencys["article_id"])
    assert record(desk)["original_id"] == agencys["article_id"]
    assert desk.take(copy("a", "reuters.com", **held)) == []  # a resend of what came before


def test_an_embargo_that_is_over_holds_nothing_back(desk: Desk) -> None:
    agencys = copy("a", "reuters.com", embargoed_until="2026-01-01T00:00:00Z")
    desk.take(copy("b"))
    assert desk.verdict(agencys)["original_id"] == agencys["article_id"]


@pytest.mark.parametrize("held", HELD_BACK)
def test_an_article_held_back_before_its_first_copy_is_not_the_original(
    desk: Desk, held: dict[str, Any]
) -> None:
    desk.take(article("a", TOLD, source="a.example"))
    desk.take(other_text("a", **held))
    second = copy("b")
    assert desk.verdict(second)["original_id"] == second["article_id"]
    assert replay_events(desk.events) == desk.stories


@pytest.mark.parametrize("held", HELD_BACK)
def test_a_story_whose_articles_are_all_held_back_in_the_end_has_no_original(
    desk: Desk, held: dict[str, Any]
) -> None:
    desk.take(copy("a"), copy("b", **held))
    assert desk.verdict(other_text("a", **held))["original_id"] is None
    assert record(desk)["original_evidence"] == "none"
    released = desk.verdict(article("b", edited(TOLD, 0.02, 6), source="b.example"))
    assert released["original_id"] == copy("b")["article_id"]
    assert replay_events(desk.events) == desk.stories


@pytest.mark.parametrize("held", HELD_BACK)
def test_an_article_that_is_released_becomes_the_original_if_it_is_a_better_one(
    desk: Desk, held: dict[str, Any]
) -> None:
    earlier = {"published_at": "2026-03-02T11:00:01Z"}
    later = copy("b")
    desk.take(copy("a", **earlier, **held), later)
    assert record(desk)["original_id"] == later["article_id"]
    released = other_text("a", **earlier)
    assert desk.verdict(released)["original_id"] == released["article_id"]
    assert record(desk)["original_evidence"] == "published_at"
    assert record(desk)["headline"] == released["title"]


def test_a_copy_that_is_held_back_leaves_the_original_as_it_is(desk: Desk) -> None:
    first = copy("a")
    desk.take(first, copy("b"))
    assert desk.verdict(other_text("b", status="withheld"))["original_id"] == first["article_id"]
    assert [e["type"] for e in desk.events] == ["started", "joined", "corrected"]


def test_an_article_that_credits_an_agency_ranks_below_one_that_does_not(desk: Desk) -> None:
    desk.take(copy("a", credit="dpa"))
    plain = copy("b")
    assert desk.verdict(plain)["original_id"] == plain["article_id"]


def test_a_revision_that_shares_nothing_leaves_its_story(desk: Desk) -> None:
    first, second = copy("a"), copy("b")
    desk.take(first, second, copy("c"))
    told = record(desk)["story_id"]
    verdict = desk.verdict(article("a", story(7, 200), source="a.example"))
    assert verdict["relation"] == "revision"
    assert verdict["story_id"] != told
    assert [event["type"] for event in desk.events[-2:]] == ["left", "original_changed"]
    assert (record(desk)["articles"], record(desk)["original_id"]) == (2, second["article_id"])
    assert [p["source"] for p in record(desk)["publishers"]] == ["b.example", "c.example"]


def test_a_revision_that_has_become_another_story_joins_that(desk: Desk) -> None:
    other = story(8, 200)
    desk.take(copy("a"), copy("b"), article("x", other), article("y", edited(other)))
    joined = desk.verdict(article("b", edited(other, 0.02, 5), source="b.example"))
    assert joined["story_id"] == desk.verdict(article("z", other))["story_id"]
    assert joined["story_size"] == 3


def test_a_kill_lists_the_copies_that_were_published(desk: Desk) -> None:
    desk.take(copy("a"), copy("b"), copy("c"), copy("d"))
    desk.verdict(kill("d", source="d.example"))
    verdict = desk.verdict(kill("a", source="a.example"))
    known = {copy(item)["article_id"] for item in "bc"}
    assert {match["article_id"] for match in verdict["matches"]} == known
    assert set(desk.events[-1]["copies"]) == known


def test_a_story_counts_what_arrived_in_the_last_hour_and_day(desk: Desk) -> None:
    for item, hours in (("a", 0), ("b", 1), ("c", 30), ("d", 30.5)):
        verdict = desk.verdict(copy(item), at=NOON + round(hours * 60) * MINUTE)
    assert verdict["novelty"] == {"hour": 1, "day": 1, "window": 3}
    assert record(desk)["recent"] == {"hour": 2, "day": 2, "window": 4}


SITES = [(agency.name, site) for agency in agencies().values() for site in agency.domains]


@pytest.mark.parametrize(("agency", "site"), SITES, ids=[site for _, site in SITES])
def test_every_agencys_own_site_has_the_original_whenever_it_arrives(
    desk: Desk, agency: str, site: str
) -> None:
    desk.take(copy("a", credit=agency), copy("b", credit=agency))
    own = copy("own", site)
    assert desk.verdict(own)["original_id"] == own["article_id"]
    assert (record(desk)["original_evidence"], record(desk)["unseen_agency"]) == ("agency", None)
    assert record(desk)["agencies"] == [{"name": agency, "articles": 2}]


@pytest.mark.parametrize(
    ("source", "agency"),
    [
        ("es.reuters.com", "Reuters"), ("Reuters", "Reuters"), ("reuters", "Reuters"),
        ("notreuters.com", None), ("gazette.example", None), (None, None), ("", None),
    ],
)  # fmt: skip
def test_an_agency_is_known_by_its_site_or_its_name(source: str | None, agency: str | None) -> None:
    assert agency_of_site(source) == agency


@pytest.mark.parametrize(
    ("fields", "linked"),
    [
        ({"canonical_url": "https://news.a.example/1"}, False),
        ({"canonical_url": "https://b.example/1"}, True),
        ({"syndicated_from": "a.example"}, False),
        ({"syndicated_from": "b.example", "canonical_url": "https://a.example/1"}, True),
        ({}, False),
    ],
)
def test_a_link_names_another_publisher(fields: dict[str, str], linked: bool) -> None:
    assert bool(link_of(article("1", "text", source="a.example", **fields))) is linked


def test_a_date_without_a_time_and_hours_ago_are_not_times_of_publication() -> None:
    def seconds(time: str | None, precision: int | None = None) -> int:
        fields: dict[str, Any] = {"published_at": time, "published_precision_seconds": precision}
        return published_seconds(article("1", "text", **fields))

    assert seconds("2026-03-02T00:00:00Z") == 0
    assert seconds("2026-03-02T00:00:01Z") == 1_772_409_601
    assert seconds("2026-03-02T00:00:01Z", 60) == 1_772_409_601
    assert seconds("2026-03-02T00:00:01Z", 3600) == 0
    assert seconds(None) == 0


def test_a_page_that_names_an_agency_as_its_source_credits_it() -> None:
    assert provider_of(article("1", "text", syndicated_from="reuters.com")) == b"Reuters"
    assert provider_of(article("1", "text", syndicated_from="b.example")) == b""
