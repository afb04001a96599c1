"""How articles relate to each other, and what their verdicts say."""

from __future__ import annotations

import pytest

from streams.detection.parameters import Parameters
from tests.detection.newsroom import (
    HOUR,
    MINUTE,
    NOON,
    YEAR,
    Desk,
    article,
    cut,
    edited,
    kill,
    story,
)

TOLD, OTHER, LONG = story(1, 300), story(2, 300), story(3, 900)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_an_article_that_resembles_nothing_is_an_original(desk: Desk) -> None:
    desk.verdict(article("a", TOLD))
    made = article("b", OTHER)
    verdict = desk.verdict(made)
    assert verdict["relation"] == "original"
    assert verdict["original_id"] == made["article_id"]
    assert (verdict["matches"], verdict["story_size"]) == ([], 1)
    assert (verdict["syndicated"], verdict["unmatched_reason"]) == (None, None)


def test_an_edited_article_is_a_copy_and_joins_the_story(desk: Desk) -> None:
    first, made = article("a", TOLD), article("b", edited(TOLD, 0.05))
    original, verdict = desk.verdict(first), desk.verdict(made)
    assert verdict["relation"] == "copy"
    assert verdict["story_id"] == original["story_id"]
    assert verdict["original_id"] == first["article_id"]
    assert verdict["story_size"] == 2


def test_an_excerpt_joins_the_story_it_was_cut_from(desk: Desk) -> None:
    original = desk.verdict(article("a", LONG))
    verdict = desk.verdict(article("b", cut(LONG, 500)))
    assert verdict["relation"] == "excerpt"
    assert verdict["story_id"] == original["story_id"]
    [match] = verdict["matches"]
    assert match["member"]
    assert match["containment"]["of_this"] > 0.8 > match["containment"]["of_other"]


def test_a_short_excerpt_is_linked_and_joins_no_story(desk: Desk) -> None:
    original = desk.verdict(article("a", LONG))
    made = article("b", cut(LONG, 250))
    verdict = desk.verdict(made)
    assert (verdict["relation"], verdict["original_id"]) == ("excerpt", made["article_id"])
    assert verdict["story_id"] != original["story_id"]
    [match] = verdict["matches"]
    assert (match["relation"], match["member"]) == ("excerpt", False)
    assert match["reason"].endswith("3.6 times as long: too little of it to share its story.")


def test_a_text_that_contains_a_shorter_one_is_its_expansion(desk: Desk) -> None:
    original = desk.verdict(article("a", TOLD))
    verdict = desk.verdict(article("b", f"{TOLD} {story(7, 200)}"))
    assert verdict["relation"] == "expansion"
    assert verdict["story_id"] == original["story_id"]
    far_longer = desk.verdict(article("c", f"{OTHER} {TOLD} {story(8, 300)}"))
    assert far_longer["relation"] == "expansion"
    assert far_longer["story_id"] != original["story_id"]


@pytest.mark.parametrize("page", [f"{TOLD} {OTHER}", f"{TOLD} {story(9, 400)} {OTHER}"])
def test_a_page_of_two_stories_joins_neither(desk: Desk, page: str) -> None:
    stories = [desk.verdict(article(i, t))["story_id"] for i, t in (("a", TOLD), ("b", OTHER))]
    verdict = desk.verdict(article("c", page))
    assert verdict["relation"] == "compilation"
    assert verdict["story_id"] not in stories
    assert [match["relation"] for match in verdict["matches"]] == ["compilation"] * 2
    assert (verdict["story_size"], verdict["syndicated"]) == (1, None)
    assert desk.events == []


def test_a_copy_with_something_else_below_it_is_still_a_copy(desk: Desk) -> None:
    original = desk.verdict(article("a", TOLD))
    desk.verdict(article("b", cut(OTHER, 40)))
    verdict = desk.verdict(article("c", f"{edited(TOLD, 0.03)} {cut(OTHER, 40)}"))
    assert (verdict["relation"], verdict["story_id"]) == ("copy", original["story_id"])


def test_a_text_that_quotes_half_of_another_is_linked_and_joins_no_story(desk: Desk) -> None:
    original = desk.verdict(article("a", TOLD))
    verdict = desk.verdict(article("b", f"{cut(TOLD, 195)} {story(8, 600)}"))
    assert verdict["relation"] == "original"
    assert verdict["story_id"] != original["story_id"]
    [match] = verdict["matches"]
    assert (match["relation"], match["member"]) == ("similar", False)
    assert match["reason"].endswith("too little.")


def test_another_text_of_the_same_item_is_a_revision_and_stays_in_its_story(desk: Desk) -> None:
    first = article("a", TOLD)
    original = desk.verdict(first)
    verdict = desk.verdict(article("a", edited(TOLD)))
    assert verdict["relation"] == "revision"
    assert verdict["supersedes"] == first["content_digest"]
    assert verdict["story_id"] == original["story_id"]
    assert (verdict["story_size"], verdict["syndicated"]) == (1, None)
    assert [match["relation"] for match in verdict["matches"]] == ["revision"]


def test_a_revision_supersedes_the_version_before_it(desk: Desk) -> None:
    first, second, third = (article("a", text) for text in (TOLD, OTHER, LONG))
    assert desk.verdict(first)["supersedes"] is None
    assert desk.verdict(second)["supersedes"] == first["content_digest"]
    assert desk.verdict(third)["supersedes"] == second["content_digest"]


@pytest.mark.parametrize("at_once", [True, False])
def test_a_redelivery_publishes_nothing(desk: Desk, at_once: bool) -> None:
    versions = [article("a", TOLD), article("a", edited(TOLD))]
    resent = [versions[0], versions[1], versions[0]]
    if at_once:
        assert len(desk.take(*versions, *resent)) == 2
    else:
        assert len(desk.take(*versions)) == 2
        assert [desk.take(again) for again in resent] == [[], [], []]
    assert sum(decision.redeliveries for decision in desk.decisions) == 3
    assert desk.state.count == 2


def test_the_same_text_of_another_item_is_a_copy_and_no_redelivery(desk: Desk) -> None:
    desk.verdict(article("a", TOLD))
    verdict = desk.verdict(article("b", TOLD))
    assert verdict["relation"] == "copy"
    assert verdict["matches"][0]["jaccard"] == 1.0


def test_a_kill_names_the_story_and_withdraws_its_original(desk: Desk) -> None:
    first = article("a", TOLD)
    original = desk.verdict(first)
    desk.verdict(article("b", edited(TOLD)))
    verdict = desk.verdict(kill("a"))
    assert verdict["relation"] == "withdrawn"
    assert (verdict["story_id"], verdict["original_id"]) == (
        original["story_id"], first["article_id"],
    )  # fmt: skip
    assert verdict["supersedes"] == first["content_digest"]
    assert (verdict["story_size"], verdict["unmatched_reason"]) == (2, "canceled")
    assert desk.events[-1]["type"] == "withdrawn"
    assert desk.stories[original["story_id"]]["original_status"] == "canceled"
    again = desk.verdict(kill("a", title="Kill, again"))
    assert (again["relation"], again["story_id"]) == ("withdrawn", original["story_id"])
    assert [event["type"] for event in desk.events].count("withdrawn") == 1


@pytest.mark.parametrize("at_once", [True, False])
def test_a_kill_that_arrives_before_its_article_holds(desk: Desk, at_once: bool) -> None:
    log = [kill("a"), article("a", TOLD), article("a", OTHER), article("b", TOLD)]
    made = desk.take(*log) if at_once else [desk.take(a)[0] for a in log]
    verdicts = [enriched["detection"] for enriched in made]
    assert [v["relation"] for v in verdicts] == ["withdrawn"] * 3 + ["original"]
    assert (verdicts[0]["story_id"], verdicts[0]["story_size"]) == (None, 0)
    assert desk.events == []


@pytest.mark.parametrize("at_once", [True, False])
def test_a_story_that_starts_after_a_correction_and_a_kill_says_so(
    desk: Desk, at_once: bool
) -> None:
    log = [article("a", TOLD), article("a", TOLD, title="Better"), kill("a"), article("b", TOLD)]
    for chunk in [log] if at_once else [[a] for a in log]:
        desk.take(*chunk)
    [record] = desk.stories.values()
    assert record["original_status"] == "canceled"
    assert [event["type"] for event in desk.events] == ["started", "withdrawn", "joined"]


def test_a_story_that_starts_after_a_correction_has_the_corrected_headline(desk: Desk) -> None:
    for made in (article("a", TOLD), article("a", TOLD, title="Better"), article("b", TOLD)):
        desk.take(made)
    [record] = desk.stories.values()
    assert (record["headline"], record["articles"]) == ("Better", 2)
    assert [event["type"] for event in desk.events] == ["started", "corrected", "joined"]


def test_a_text_of_24_words_is_published_and_never_matched(desk: Desk) -> None:
    short = story(1, 24)
    for item in ("a", "b"):
        verdict = desk.verdict(article(item, short))
        assert (verdict["relation"], verdict["unmatched_reason"]) == ("original", "too_short")
    assert desk.verdict(article("c", story(1, 25)))["unmatched_reason"] is None


def test_a_revision_too_short_to_match_says_so(desk: Desk) -> None:
    desk.verdict(article("a", TOLD))
    verdict = desk.verdict(article("a", "Story retracted."))
    assert (verdict["relation"], verdict["unmatched_reason"]) == ("revision", "too_short")


def test_story_sizes_count_the_articles_so_far(desk: Desk) -> None:
    made = [article(str(n), edited(TOLD, 0.03, n)) for n in range(6)]
    sizes = [enriched["detection"]["story_size"] for enriched in desk.take(*made)]
    assert sizes == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("original", "copy", "syndicated"),
    [
        ("a.example", "b.example", True),
        ("a.example", "a.example", False),
        ("a.example", None, None),
        (None, "b.example", None),
    ],
)
def test_a_copy_is_syndicated_when_another_publisher_has_it(
    desk: Desk, original: str | None, copy: str | None, syndicated: bool | None
) -> None:
    desk.verdict(article("a", TOLD, source=original))
    assert desk.verdict(article("b", TOLD, source=copy))["syndicated"] is syndicated


def test_matches_carry_their_scores_and_one_sentence(desk: Desk) -> None:
    first = article("a", LONG, title="Harbour reopens", source="agency.example")
    desk.verdict(first)
    [match] = desk.verdict(article("b", edited(LONG, 0.02)))["matches"]
    assert (match["article_id"], match["source"]) == (first["article_id"], "agency.example")
    assert 0.8 < match["jaccard"] < 1
    assert 0.8 < match["containment"]["of_this"] < 1
    assert match["shared_keys"] >= 20
    assert match["reason"].startswith(f"{match['containment']['of_this']:.0%} of this text stands")
    assert "“Harbour reopens” (agency.example)" in match["reason"]
    assert match["reason"].endswith(".")
    [match] = desk.verdict(article("c", cut(story(4, 900), 290) + story(3, 610)))["matches"][:1]
    assert match["reason"].count(". ") == 0


def test_an_article_is_listed_once_however_many_versions_it_has(desk: Desk) -> None:
    for title in ("One", "Two", "Three"):
        desk.take(article("a", TOLD, title=title))
    assert len(desk.verdict(article("b", TOLD))["matches"]) == 1


def test_at_most_as_many_matches_are_listed_as_the_parameters_allow() -> None:
    desk = Desk(Parameters(capacity=64, listed_matches=3))
    for n in range(6):
        desk.take(article(str(n), edited(TOLD, 0.02, n)))
    assert len(desk.verdict(article("last", TOLD))["matches"]) == 3


@pytest.mark.parametrize("passed", [72 * HOUR, 72 * HOUR + 1])
def test_outside_of_the_window_nothing_matches(desk: Desk, passed: int) -> None:
    desk.take(article("a", TOLD), article("x", story(50)), at=NOON)
    verdict = desk.verdict(article("b", TOLD), at=NOON + passed)
    assert verdict["relation"] == ("copy" if passed == 72 * HOUR else "original")


def test_articles_beyond_the_capacity_do_not_match() -> None:
    for others, relation in ((6, "copy"), (7, "original")):
        desk = Desk(Parameters(capacity=8))
        desk.take(article("a", TOLD))
        desk.take(*[article(str(n), story(100 + n)) for n in range(others)])
        assert desk.verdict(article("b", TOLD))["relation"] == relation


def test_an_article_dated_a_year_ahead_does_not_affect_the_others(desk: Desk) -> None:
    desk.take(article("a", TOLD), at=NOON)
    desk.take(article("odd", OTHER), at=NOON + YEAR)
    assert desk.verdict(article("b", TOLD), at=NOON + MINUTE)["relation"] == "copy"
    assert desk.verdict(article("c", OTHER), at=NOON + MINUTE)["relation"] == "copy"


def test_a_storys_original_is_listed_though_it_was_no_candidate(desk: Desk) -> None:
    """In every slot of the index, four newer copies hide the original."""
    first = article("a", TOLD)
    desk.take(first)
    for n in range(5):
        desk.take(article(f"copy {n}", TOLD))
    verdict = desk.verdict(article("b", TOLD))
    listed = [match["article_id"] for match in verdict["matches"]]
    assert len(listed) == 5
    assert listed[0] == first["article_id"]
