"""The soak's own arithmetic and books; the short soak itself is a trial."""

from __future__ import annotations

import math
import random
import subprocess
import sys
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import orjson
import pytest

from tests.chaos.corpus import endless_records
from tests.kafka.service import until
from tests.soak.ledger import Ledger
from tests.soak.load import SoakDesk
from tests.soak.report import missed, slopes_of
from tests.soak.run import window_for
from tests.soak.samples import Sample, resources_of
from tests.soak.slopes import slope_of

ROUND = 300.0


def hours_of_samples(
    hours: float, memory: Callable[[float], float], warm_up_seconds: float = 0.0
) -> list[Sample]:
    """One every five seconds; `memory` takes hours."""
    return [
        Sample(
            seconds=at, memory_mib=memory(at / 3600), descriptors=80, threads=40, tasks=60,
            latency_p50_ms=50.0, latency_p99_ms=90.0, verdicts=at * 250,
            full=at >= warm_up_seconds,
        )
        for at in range(0, round(hours * 3600), 5)
    ]  # fmt: skip


def test_a_line_is_found_with_its_slope() -> None:
    slope = slope_of(range(0, 7200, 5), [700 + at / 3600 * 3 for at in range(0, 7200, 5)], ROUND)
    assert slope is not None
    assert slope.an_hour == pytest.approx(3)
    assert slope.blocks == 24


def test_the_interval_holds_the_truth_nineteen_times_in_twenty() -> None:
    """Although each sample resembles the one before it: that is what the blocks are for."""
    chance, held = random.Random(3), 0
    for _ in range(400):
        noise, heights = 0.0, []
        for at in range(0, 7200, 5):
            noise = 0.9 * noise + chance.gauss(0, 1)
            heights.append(700 + 2 * at / 3600 + noise)
        slope = slope_of(range(0, 7200, 5), heights, ROUND)
        assert slope is not None
        held += slope.least <= 2 <= slope.most
    assert held >= 0.93 * 400


def test_few_rounds_give_no_slope() -> None:
    assert slope_of(range(0, 1100, 5), [1.0] * 220, ROUND) is None
    assert slope_of([], [], ROUND) is None


def test_a_leak_of_two_megabytes_an_hour_is_found_under_the_swing_of_rebalances() -> None:
    def swinging(hours: float) -> float:
        return 700 + (80 if hours * 3600 % ROUND < 100 else 0) + 2 * hours

    leaking = slopes_of(hours_of_samples(2, swinging), ROUND)
    assert [line.split()[0] for line in missed(leaking, 2)] == ["memory_mib", "memory_least"]
    flat = slopes_of(hours_of_samples(2, lambda hours: swinging(hours) - 2 * hours), ROUND)
    assert missed(flat, 2) == []


def test_rounds_that_hold_all_shards_for_longer_hide_no_leak() -> None:
    """Nor do they look like one."""
    chance = random.Random(5)
    shares = [chance.random() * 0.9 for _ in range(24)]

    def swinging(hours: float) -> float:
        place, rest = divmod(hours * 3600 / ROUND, 1)
        return 700 + (200 if rest < shares[int(place)] else 0)

    leaking = slopes_of(hours_of_samples(2, lambda hours: swinging(hours) + 2 * hours), ROUND)
    assert [line.split()[0] for line in missed(leaking, 2)] == ["memory_least"]
    assert missed(slopes_of(hours_of_samples(2, swinging), ROUND), 2) == []


def test_what_fills_before_the_windows_are_full_does_not_count() -> None:
    def filling(hours: float) -> float:
        return 500 + 300 * min(hours, 0.5)

    warm = hours_of_samples(3, filling, warm_up_seconds=1800)
    assert missed(slopes_of(warm, ROUND), 3) == []
    assert missed(slopes_of(hours_of_samples(3, filling), ROUND), 3)


def test_a_soak_whose_windows_never_filled_proves_nothing() -> None:
    never = hours_of_samples(2, lambda _: 700.0, warm_up_seconds=math.inf)
    assert all("too few rounds" in line for line in missed(slopes_of(never, ROUND), 2))


def test_the_ledger_names_what_is_lost_and_what_nobody_expected() -> None:
    ledger = Ledger()
    for number in range(3):
        ledger.expect(("verdict", f"a{number}", b"1"))
    ledger.find(("verdict", "a0", b"1"))
    ledger.find(("verdict", "a0", b"1"))
    ledger.find(("verdict", "a1", b"2"))
    assert ledger.wrong() == [
        "2 did not come out, as verdict a1",
        "1 should not have come out, as verdict a1",
    ]
    assert (ledger.counts["verdict"], ledger.repeated["verdict"]) == (1, 1)


def test_the_ledger_accepts_what_arrived_before_it_was_expected() -> None:
    ledger = Ledger()
    ledger.find(("verdict", "a", b"1"))
    ledger.expect(("verdict", "a", b"1"))
    assert ledger.wrong() == []


def test_the_load_has_pages_articles_and_kills() -> None:
    kinds = set()
    for record in islice(endless_records(5, SoakDesk), 3000):
        try:
            event = orjson.loads(record.value or b"")
        except ValueError:
            kinds.add("rubbish")
            continue
        if isinstance(event, dict):
            text = str(event.get("text", ""))
            kinds.add("html" if "html" in event else str(event.get("status", "text")))
            kinds |= {"page"} if "Related\n" in text else set()
    assert kinds >= {"html", "canceled", "text", "rubbish", "page"}


@pytest.mark.parametrize("hours", [0.1, 1 / 6, 2, 12])
def test_every_window_is_filled_several_times(hours: float) -> None:
    filled = hours * 3600 * 250 / 4 / window_for(hours * 3600, 250)
    assert 3 < filled <= 13


def test_the_resources_of_a_process_include_its_children() -> None:
    program = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'input()'])"
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE) as process:
        until(lambda: resources_of(process.pid)[2] == 2, "both have one thread each", 20)
        process.communicate(b"\n")


@pytest.mark.trial
@pytest.mark.broker
@pytest.mark.timeout(1500)
def test_ten_minutes_of_mixed_load_leave_the_worker_as_it_was(tmp_path: Path) -> None:
    samples = tmp_path / "soak.csv"
    done = subprocess.run(
        [sys.executable, "-m", "tests.soak", "--seed", "1", "--csv", str(samples)],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(samples.read_text().splitlines()) > 100
