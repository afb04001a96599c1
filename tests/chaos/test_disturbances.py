"""Each disturbance of the machine and the network, short, by the command that `make chaos` runs: it
takes namespaces for itself, which a test's own process should not."""

from __future__ import annotations

import subprocess
import sys

import pytest

SHORT = ("--records", "1500", "--seconds", "16", "--strikes", "4", "--seed", "1")


@pytest.mark.trial
@pytest.mark.broker
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "name", ["clocks", "starvation", "descriptors", "disk_full", "network_faults"]
)
def test_nothing_is_lost_and_nothing_contradicted_on_a_bad_machine(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.chaos", "--only", name, *SHORT],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    if f"{name}: skipped" in done.stdout:
        pytest.skip(done.stdout.splitlines()[0])
    assert done.returncode == 0, done.stdout + done.stderr
    assert "all accounted for" in done.stdout
