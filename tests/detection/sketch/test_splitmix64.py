"""The generator's numbers are the published ones."""

from __future__ import annotations

import numpy as np

from streams.detection.sketch.splitmix64 import U64, mix, mixed, splitmix64

# The first outputs from seed 1234567: Rosetta Code, "Pseudo-random numbers/Splitmix64".
PUBLISHED = [
    6457827717110365317,
    3203168211198807973,
    9817491932198370423,
    4593380528125082431,
    16408922859458223821,
]


def test_the_numbers_are_the_published_ones() -> None:
    assert splitmix64(5, 1234567).tolist() == PUBLISHED


def test_compiled_loops_mix_as_arrays_do() -> None:
    values = splitmix64(100)
    assert [int(mix(value)) for value in values] == mixed(values).tolist()
    assert values.dtype == U64
    assert len(np.unique(values)) == 100
