"""splitmix64 (Steele, Lea and Flood 2014): well-mixed 64 bits, the same on every machine."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from streams.compiled import kernel

U64 = np.uint64
Hashes = npt.NDArray[np.uint64]
Hashes32 = npt.NDArray[np.uint32]

# The step from one state to the next (2^64 over the golden ratio), and the finalizer's multipliers.
GAMMA = U64(0x9E3779B97F4A7C15)
FIRST_MULTIPLIER, SECOND_MULTIPLIER = U64(0xBF58476D1CE4E5B9), U64(0x94D049BB133111EB)


def mixed(value: Any) -> Any:
    """The finalizer, for one number or an array of them."""
    value = (value ^ (value >> U64(30))) * FIRST_MULTIPLIER
    value = (value ^ (value >> U64(27))) * SECOND_MULTIPLIER
    return value ^ (value >> U64(31))


# The same for compiled loops, one number at a time.
mix = kernel(mixed)


def splitmix64(count: int, seed: int = 0, step: np.uint64 = GAMMA) -> Hashes:
    """(count,) fixed numbers: the generator's outputs from `seed` on."""
    states = U64(seed) + np.arange(1, count + 1, dtype=U64) * step
    made: Hashes = mixed(states)
    return made


def permutations(count: int, step: np.uint64 = GAMMA) -> tuple[Hashes32, Hashes32]:
    """(salts, odd multipliers): x -> (x ^ salt) * multiplier mod 2^32 is one-to-one; one for
    each permutation."""
    made = splitmix64(2 * count, step=step)
    # Without the generator's last step, which flips one of these bits: stored sketches depend on
    # it.
    bits = ((made >> U64(32)) ^ (made >> U64(63))).astype(np.uint32)
    return bits[:count], bits[count:] | np.uint32(1)
