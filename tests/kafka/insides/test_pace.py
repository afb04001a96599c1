"""How long fetches wait at the broker, depending on the recent rate."""

from __future__ import annotations

import pytest

from streams.kafka.insides.pace import FIRST, IDLE, Pace


def waits(every: float, records: int, seconds: float, begin: float = 0.0) -> list[object]:
    """Of a consumer with 20 ms to gather, of which each fetch brings so many records."""
    pace = Pace(0.02)
    return [pace.after(records, begin + i * every) for i in range(round(seconds / every))]


def test_a_record_now_and_then_is_not_waited_for() -> None:
    """Up to 50 a second."""
    assert set(waits(every=0.02, records=1, seconds=3)) == {FIRST}


@pytest.mark.parametrize(
    ("records", "milliseconds"), [(3, 12), (5, 13), (10, 15), (20, 20), (100, 20)]
)
def test_many_records_are_gathered_the_longer_the_more_there_are(
    records: int, milliseconds: int
) -> None:
    found = waits(every=0.01, records=records, seconds=3)
    assert {wait.wait_milliseconds for wait in found[-100:]} == {milliseconds}  # type: ignore[attr-defined]


def test_the_first_records_after_a_quiet_while_are_not_gathered() -> None:
    assert waits(every=0.01, records=5, seconds=1)[0] == FIRST


def test_nothing_is_gathered_soon_after_the_last_record() -> None:
    pace = Pace(0.02)
    for i in range(300):
        last = pace.after(25, i / 100)
    assert last.wait_milliseconds == 20
    assert pace.after(0, 4.5) == FIRST


def test_after_a_quiet_while_fetches_are_rare() -> None:
    pace = Pace(0.02)
    assert pace.after(0, 100.0) == IDLE
    assert pace.after(1, 101.0) == FIRST
    assert pace.after(0, 102.9) == FIRST
    assert pace.after(0, 103.1) == IDLE


def test_without_gathering_the_first_record_is_returned() -> None:
    pace = Pace(0.0)
    assert {pace.after(1000, i / 100) for i in range(300)} == {FIRST}
