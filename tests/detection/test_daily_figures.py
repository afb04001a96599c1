"""Other days' figures of one institute are another report, however they are worded; a corrected
copy of a day's report stays a copy."""

from __future__ import annotations

import random
import re

import pytest

from streams.evaluation.run import CLAIMS
from tests.detection.daily_figures import institutes, report
from tests.detection.newsroom import Desk, article, edited

PAIRS = 20
# Most of its numbers are those of its background: docs/detection.md, known errors.
HARD = "jobs-en"


def claimed(one: tuple[str, str], other: tuple[str, str], source: str) -> bool:
    """Whether the second report is taken for a copy of the first."""
    desk = Desk()
    desk.take(article("one", one[1], title=one[0], source="institute.example"))
    verdict = desk.verdict(article("other", other[1], title=other[0], source=source))
    return any(match["relation"] in CLAIMS for match in verdict["matches"])


@pytest.mark.parametrize("name", sorted(set(institutes()) - {HARD}))
def test_another_days_figures_are_no_copy(name: str) -> None:
    days = [(report(name, 2 * pair), report(name, 2 * pair + 1)) for pair in range(PAIRS)]
    wrong = sum(claimed(one, other, "institute.example") for one, other in days)
    assert wrong <= (5 if name == "loto-fr" else 3)  # of numbers up to 49, some recur by chance


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("name", sorted(institutes()))
def test_a_days_report_with_corrected_numbers_stays_a_copy(name: str, count: int) -> None:
    chance = random.Random(name)
    for day in range(PAIRS):
        headline, text = report(name, day)
        numbers = chance.sample(list(re.finditer(r"\d+", text)), count)
        for number in sorted(numbers, key=lambda found: -found.start()):
            text = f"{text[: number.start()]}{int(number[0]) + 7}{text[number.end() :]}"
        assert claimed(report(name, day), (headline, text), "other.example")


@pytest.mark.parametrize("name", sorted(institutes()))
def test_a_days_report_with_other_words_between_its_numbers_stays_a_copy(name: str) -> None:
    """A twelfth of the words, but no number. In German those may all be nouns, like other names."""
    found = 0
    for day in range(PAIRS):
        headline, text = report(name, day)
        pairs = zip(text.split(), edited(text, 0.08, day).split(), strict=True)
        kept = " ".join(one if re.search(r"\d", one) else other for one, other in pairs)
        found += claimed(report(name, day), (headline, kept), "other.example")
    assert found >= (PAIRS - 2 if name.endswith("de") else PAIRS)


def test_the_reason_counts_the_numbers_that_are_missing() -> None:
    """Of 28,43, 17,46, 9,45, 11.071, 3.347, 37, 30,9 and 14 the next day has the last three."""
    one, other = (report("kur-tr", day) for day in (6, 7))
    desk = Desk()
    desk.take(article("one", one[1], title=one[0], source="borsa.example"))
    [match] = desk.verdict(article("other", other[1], title=other[0]))["matches"]
    assert (match["relation"], match["member"]) == ("template", False)
    assert match["reason"] == (
        "Much of the wording of “Dolar 3.347 liradan işlem görüyor” (borsa.example) with other"
        " numbers: 5 of 8 that were sampled from it are not in this text."
    )
