"""Templates, weak matches and the names of relations: verdicts on made-up pairs."""

from __future__ import annotations

import numpy as np
import pytest

from streams.detection.judge.fact_counts import compare_facts
from streams.detection.judge.relations import RELATIONS, judge
from streams.detection.judge.similarity import compare
from streams.detection.parameters import Parameters
from streams.detection.sketch.sketches import sketch_texts
from tests.detection.newsroom import Desk, article, cut, edited, story
from tests.detection.sketch.test_facts import NOTICE, ONE, OTHER

TOLL = (
    "A ferry with {aboard} people aboard sank off the coast near Port Harlow on Tuesday night and"
    " at least {dead} people died, the coast guard said. Divers searched the hull until dawn and"
    " two helicopters flew along the shore. The ferry had left at six in the evening in good"
    " weather, and nobody knew why it turned over within minutes, said Captain Ines Roth, who"
    " leads the search. Survivors were taken to the hospital of the town."
)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_notice_of_the_same_template_is_not_a_copy(desk: Desk) -> None:
    original = desk.verdict(article("a", ONE))
    verdict = desk.verdict(article("b", OTHER))
    assert verdict["relation"] == "original"
    assert verdict["story_id"] != original["story_id"]
    [match] = verdict["matches"]
    assert (match["relation"], match["member"]) == ("template", False)
    assert match["facts"]["different"] > match["facts"]["same"]
    assert "with other facts" in match["reason"]


def test_a_toll_that_rose_is_still_the_same_story(desk: Desk) -> None:
    original = desk.verdict(article("a", TOLL.format(aboard=85, dead=12)))
    verdict = desk.verdict(article("b", TOLL.format(aboard=85, dead=17)))
    assert (verdict["relation"], verdict["story_id"]) == ("copy", original["story_id"])
    assert verdict["matches"][0]["facts"]["different"] == 1


def test_other_numbers_in_the_same_item_are_a_revision(desk: Desk) -> None:
    desk.verdict(article("a", ONE))
    revised = NOTICE.format(who="Acme Corp", cents=9, day=7, before=8, chief="Ann Bell", units="3")
    assert desk.verdict(article("a", revised))["relation"] == "revision"


def test_a_weak_match_is_listed_down_to_the_floor_and_joins_no_story(desk: Desk) -> None:
    told = story(1, 300)
    desk.verdict(article("a", told))
    verdict = desk.verdict(article("b", f"{cut(told, 120)} {story(2, 300)}"))
    assert verdict["relation"] == "original"
    [match] = verdict["matches"]
    assert (match["relation"], match["member"]) == ("similar", False)
    for name in ("floor_jaccard", "floor_containment"):
        assert verdict["thresholds"][name] == getattr(Parameters(), name)


def test_an_article_that_quotes_two_stories_links_to_both_and_joins_none(desk: Desk) -> None:
    told, other = story(1, 200), story(2, 200)
    known = [desk.verdict(article(i, t))["story_id"] for i, t in (("a", told), ("b", other))]
    own = story(3, 300)
    quoting = f"{cut(own, 150)} {cut(told, 80)} {' '.join(own.split()[150:])} {cut(other, 80)}"
    verdict = desk.verdict(article("c", quoting))
    assert verdict["relation"] == "original"
    assert verdict["story_id"] not in known
    assert [match["relation"] for match in verdict["matches"]] == ["similar"] * 2


def test_the_leads_of_several_stories_make_a_compilation(desk: Desk) -> None:
    told = [story(seed, 300) for seed in range(4)]
    desk.take(*(article(str(i), text) for i, text in enumerate(told)))
    verdict = desk.verdict(article("digest", " ".join(cut(text, 120) for text in told)))
    assert verdict["relation"] == "compilation"
    assert [match["relation"] for match in verdict["matches"]] == ["compilation"] * 4


def test_a_cut_copy_of_what_others_quoted_is_not_a_compilation(desk: Desk) -> None:
    told = story(1, 350)
    original = desk.verdict(article("a", told))
    words = told.split()
    for place in range(3):
        quoted = " ".join(words[80 * place : 80 * place + 80])
        desk.take(article(f"quotes {place}", f"{quoted} {story(5 + place, 160)}"))
    verdict = desk.verdict(article("copy", cut(told, 245)))
    assert (verdict["relation"], verdict["story_id"]) == ("excerpt", original["story_id"])


def test_what_is_cut_from_a_compilation_does_not_join_it(desk: Desk) -> None:
    told, other = story(1, 300), story(2, 300)
    first = desk.verdict(article("a", told))
    desk.verdict(article("b", other))
    page = desk.verdict(article("page", f"{told} {other}"))
    verdict = desk.verdict(article("c", edited(other, 0.02)))
    assert page["relation"] == "compilation"
    assert verdict["relation"] == "copy"
    assert verdict["story_id"] not in (page["story_id"], first["story_id"])


def test_two_versions_of_one_story_do_not_make_a_page_a_compilation(desk: Desk) -> None:
    """The page has both, but in the same part of it."""
    told = story(1, 200)
    desk.take(article("a", told), article("b", edited(told, 0.05)))
    verdict = desk.verdict(article("page", f"{told} {story(9, 400)}"))
    assert verdict["relation"] == "expansion"


def relations(ones: list[str], others: list[str]) -> dict[str, int]:
    """The number of pairs listed as each relation."""
    this, other = sketch_texts(ones), sketch_texts(others)
    judged = judge(
        compare(this, other),
        compare_facts(this, other),
        this["words"].astype(np.int64),
        other["words"].astype(np.int64),
        np.zeros(len(this), bool),
        Parameters(),
    )
    counts = np.bincount(judged.relation[judged.listed], minlength=len(RELATIONS))
    return {name: n for name, n in zip(RELATIONS, counts.tolist(), strict=True) if n}


@pytest.mark.parametrize("longer", [240, 560])
def test_a_shared_paragraph_does_not_make_a_short_text_an_excerpt(longer: int) -> None:
    """The longer text's sketch covers five 5-grams of so short a text, and sometimes four of them
    lie in the paragraph: for one pair in a hundred, if MinHash did not count as well."""
    pairs = range(2000)
    paragraphs = [story(9000 + n, 45) for n in pairs]
    found = relations(
        [f"{story(n, 80)} {paragraphs[n]}" for n in pairs],
        [f"{story(4000 + n, longer)} {paragraphs[n]}" for n in pairs],
    )
    assert found.keys() <= {"similar", "excerpt"}
    assert found.get("excerpt", 0) <= 1


def test_what_was_cut_from_a_text_is_its_excerpt() -> None:
    pairs = range(2000)
    cuts, texts = ([story(n, words) for n in pairs] for words in (120, 280))
    assert relations(cuts, [f"{c} {t}" for c, t in zip(cuts, texts, strict=True)]) == {
        "excerpt": 2000
    }


def test_a_quarter_of_a_text_is_its_excerpt_if_enough_keys_say_so() -> None:
    """With two standard errors for any number of keys, one in four thousand was overruled."""
    texts = [story(n, 1000) for n in range(4000)]
    cuts = [" ".join(text.split()[100:350]) for text in texts]
    shared = compare(sketch_texts(cuts), sketch_texts(texts)).shared_keys
    enough = int((shared >= Parameters().link_shared_keys).sum())
    assert enough > 3990
    assert relations(cuts, texts)["excerpt"] == enough


def numbered(gap: int, changed: int) -> tuple[str, str]:
    """A text with numbers at regular intervals, and the same text with some numbers changed."""
    words = cut(story(5, 420), 420).lower().split()
    places = range(7, 420, gap)
    for n, place in enumerate(places):
        words[place] = str(100 + n)
    other = list(words)
    for place in places[:changed]:
        other[place] += "7"
    return " ".join(words), " ".join(other)


@pytest.mark.parametrize(("changed", "relation"), [(2, "copy"), (3, "copy"), (6, "template")])
def test_two_or_three_other_facts_do_not_make_nearly_equal_texts_templates(
    changed: int, relation: str
) -> None:
    """Three numbers in 420 words: all of them differ in a copy with a corrected table."""
    one, other = numbered(420 // changed, changed)
    desk = Desk()
    desk.take(article("a", one))
    [match] = desk.verdict(article("b", other))["matches"]
    assert match["jaccard"] > 0.85
    assert match["relation"] == relation


RELEASE = (
    "{who} will close its bottling plant in {where} at the end of June and move the work to a "
    "larger site, the company said on Thursday. About 210 people are employed there, and 64 "
    "of them were offered jobs elsewhere. Nobody has been told to leave before May, said "
    "{chief}, who took over as chief executive of {who} last year. The union called it a "
    "breach of promises made when the town paid for a road. Repairs would have cost 340 "
    "thousand pounds. A meeting will be held in {where} before the summer, and the union has "
    "asked {chief} to come."
)


def test_a_press_release_with_the_same_few_numbers_and_other_names_is_a_template() -> None:
    desk = Desk()
    one = RELEASE.format(who="Harrow Springs", where="Penrith", chief="Martha Lindqvist")
    other = RELEASE.format(who="Coldwell Drinks", where="Stockport", chief="Oliver Tamm")
    desk.take(article("a", one))
    verdict = desk.verdict(article("b", other))
    assert verdict["relation"] == "original"
    assert verdict["matches"][0]["relation"] == "template"


def test_two_names_spelt_differently_do_not_make_a_template() -> None:
    desk = Desk()
    one = RELEASE.format(who="Harrow Springs", where="Penrith", chief="Martha Lindqvist")
    desk.take(article("a", one))
    changed = one.replace("Martha Lindqvist", "Ms Lindqvist")
    assert desk.verdict(article("b", changed))["relation"] == "copy"
