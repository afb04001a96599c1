"""A correction or an update says which numbers changed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.detection.judge.changed_facts import MOST_CHANGED, changed_facts
from streams.detection.sketch.facts import (
    kept_numbers,
    kept_numbers_of_each,
    numbers_of,
    numbers_of_each,
)
from streams.detection.sketch.number_codes import LOW, spread, spread_of, value_of
from streams.detection.sketch.sketches import sketch_texts
from streams.detection.sketch.splitmix64 import U64
from tests.detection.newsroom import Desk, article, story

ENGLISH = "The mudslide near the town killed at least {} people, and {} homes were lost on Sunday."
GERMAN = "Bei dem Unfall wurden mindestens {} Menschen verletzt, der Schaden liegt bei {} Euro."
FRENCH = "Le feu a détruit près de {} hectares et la route rouvrira vers {} dans la vallée."
SPANISH = "La tormenta dejó unos {} evacuados y cortó la luz a casi {} hogares de la costa."
HINDI = "हादसे में कम से कम {} लोगों की मौत हुई और {} घायल हुए, अधिकारियों ने बताया।"
CHINESE = "山体滑坡造成{}人遇难，另有{}人受伤，救援仍在继续。"


def told(old: str, new: str) -> list[tuple[str, str, str]]:
    found = changed_facts(numbers_of(new), sketch_texts([old])[0])
    return [(one["before"], one["old"], one["new"]) for one in found]


@pytest.mark.parametrize(
    ("form", "old", "new", "expected"),
    [
        (ENGLISH, ("9", "40"), ("14", "40"), [("at least", "9", "14")]),
        (
            ENGLISH,
            ("9", "1,200"),
            ("14", "1,350"),
            [("at least", "9", "14"), ("people, and", "1,200", "1,350")],
        ),
        (ENGLISH, ("9", "40"), ("9", "40"), []),
        (ENGLISH, ("9", "1,200"), ("9", "1200"), []),
        (GERMAN, ("3", "250.000"), ("3", "310.000"), [("liegt bei", "250.000", "310.000")]),
        (FRENCH, ("80", "13h05"), ("80", "14h30"), [("rouvrira vers", "13h05", "14h30")]),
        (FRENCH, ("80", "8 heures"), ("95", "8 heures"), [("près de", "80", "95")]),
        (SPANISH, ("2 500", "7,5"), ("3 100", "9,2"), [
            ("dejó unos", "2 500", "3 100"), ("a casi", "7,5", "9,2"),
        ]),
        (HINDI, ("१२", "३०"), ("१५", "३०"), [("से कम", "१२", "१५")]),
        (CHINESE, ("12", "130"), ("17", "130"), [("造成", "12", "17")]),
    ],
)  # fmt: skip
def test_changed_numbers_are_listed_with_the_two_words_before(
    form: str, old: tuple[str, str], new: tuple[str, str], expected: list[tuple[str, str, str]]
) -> None:
    assert told(form.format(*old), form.format(*new)) == expected


@pytest.mark.parametrize(
    ("form", "old", "new", "expected"),
    [
        ("हादसे में लोगों की संख्या में {} की कमी हुई।", "12", "15", ("संख्या में", "12", "15")),
        ("মন্ত্রী জানান, নিহতের সংখ্যা {} ছাড়িয়েছে।", "১২", "১৫", ("নিহতের সংখ্যা", "১২", "১৫")),
        ("விபத்தில் சுமார் {} பேர் பலியாகினர்.", "12", "15", ("விபத்தில் சுமார்", "12", "15")),
        ("มีผู้เสียชีวิตที่นี่ {} คน ในเหตุการณ์", "๑๒", "๑๕", ("นี่", "๑๒", "๑๕")),
        ("بلغت قوته {} درجة", "٥٫٨", "٥٫٩", ("بلغت قوته", "٥٫٨", "٥٫٩")),
        ("حدود {} نفر", "۱٬۲۵۰", "۱٬۳۵۰", ("حدود", "۱٬۲۵۰", "۱٬۳۵۰")),
        ("人口は約{}人", "１，２５０", "１，３５０", ("は約", "１，２５０", "１，３５０")),
    ],
)
def test_words_keep_their_vowel_signs_and_old_numbers_the_digits_of_the_new(
    form: str, old: str, new: str, expected: tuple[str, str, str]
) -> None:
    assert told(form.format(old), form.format(new)) == [expected]


def test_a_place_with_several_numbers_is_not_listed() -> None:
    before = "He was there in 1998 and in 2004 and in 2009, they say."
    assert told(before, before.replace("2004", "2005").replace("2009", "2011")) == []


def test_a_number_too_large_to_be_kept_is_not_made_up() -> None:
    text = "The fund holds about {} dollars in all of its accounts."
    assert told(text.format("8,000,000,000"), text.format("9,000,000,000")) == []


def test_at_most_five_are_listed() -> None:
    names = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta"]
    text = " ".join(f"The rate of {name} {{}} held." for name in names)
    found = told(text.format(*range(10, 18)), text.format(*range(30, 38)))
    assert [one[2] for one in found] == [str(n) for n in range(30, 30 + MOST_CHANGED)]


@given(st.lists(st.text(alphabet="12 ,.:h\nAbc\u0967\u5e74")))
def test_numbers_of_texts_read_together_are_those_of_each(texts: list[str]) -> None:
    assert numbers_of_each(texts) == [numbers_of(text) for text in texts]


@given(st.lists(st.text(alphabet="12 ,.:h\nAbc\u0967\u5e74"), min_size=1))
def test_numbers_that_sketches_keep_are_those_of_each(texts: list[str]) -> None:
    sketches = sketch_texts(texts)
    assert kept_numbers_of_each(sketches) == [kept_numbers(sketch) for sketch in sketches]


@given(st.integers(0, (1 << 29) - 1))
def test_a_number_is_spread_alike_inside_compiled_loops_and_outside(value: int) -> None:
    assert spread_of(value) == int(spread(U64(value)))


@given(st.integers(0, (1 << 29) - 1))
def test_a_code_gives_its_number_back(value: int) -> None:
    assert value_of(int(spread(U64(value) & LOW)), 0) == (value, "")


def report(dead: int, hurt: int) -> str:
    return f"{ENGLISH.format(dead, hurt)} {story(3, 90)}"


def test_a_revision_and_its_event_say_what_changed() -> None:
    desk = Desk()
    desk.take(article("a", report(9, 40)))
    desk.take(article("b", report(9, 40), source="other.example"))
    verdict = desk.verdict(article("a", report(14, 40)))
    changed = [{"before": "at least", "old": "9", "new": "14"}]
    assert verdict["relation"] == "revision"
    facts: dict[str, dict[str, Any]] = {m["relation"]: m["facts"] for m in verdict["matches"]}
    assert facts["revision"]["changed"] == facts["copy"]["changed"] == changed
    events = [(e["type"], e["changed"]) for e in desk.events]
    assert events == [("started", []), ("joined", []), ("corrected", changed)]
    assert desk.events[-1]["reason"].endswith(" Changed: at least 9 \u2192 14.")
    assert verdict["matches"][0]["reason"].endswith(" Changed: at least 9 \u2192 14.")


def test_an_update_of_another_item_says_what_changed() -> None:
    desk = Desk()
    desk.take(article("a", report(9, 40)))
    verdict = desk.verdict(article("b", f"{report(14, 40)} {story(4, 30)}"))
    changed = verdict["matches"][0]["facts"]["changed"]
    assert [(one["old"], one["new"]) for one in changed] == [("9", "14")]


def test_a_template_lists_no_changes() -> None:
    """Its numbers belong to another event."""
    desk = Desk()
    text = " ".join(f"The {n} th lot of wool fetched {{}} pounds at auction." for n in "abcdefghi")
    desk.take(article("a", text.format(*range(100, 109))))
    verdict = desk.verdict(article("b", text.format(*range(300, 309))))
    [match] = verdict["matches"]
    assert (match["relation"], match["facts"]["changed"]) == ("template", [])
