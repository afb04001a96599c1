"""A worker's wall clock can be set from outside, and only that."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.chaos.faulty_worker import set_clock_by
from tests.kafka.service import until

YEAR = 365 * 86400.0


def test_the_wall_clock_follows_its_file_and_the_monotonic_one_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, plain, plain_ns = tmp_path / "clock", time.time, time.time_ns
    monkeypatch.setattr(time, "time", plain)  # put back at the end
    monkeypatch.setattr(time, "time_ns", plain_ns)
    file.write_text("0")
    set_clock_by(file)
    assert time.time() == pytest.approx(plain(), abs=5)
    before = time.monotonic()
    file.write_text(str(-YEAR))
    until(lambda: time.time() < plain() - YEAR + 5, "the clock is a year behind", 10)
    assert time.time_ns() / 1e9 == pytest.approx(plain() - YEAR, abs=5)
    assert 0 <= time.monotonic() - before < 10
