"""Numbers as codes of 31 bits, from which most can be restored.

A code's bits are spread so that the 16 stored in a fact differ whenever numbers do; the others
are its tail.
"""

from __future__ import annotations

import numpy as np

from streams.compiled import kernel
from streams.detection.sketch.splitmix64 import U64, Hashes
from streams.detection.sketch.tokens import PRIME, SECOND_PRIME, finished
from streams.detection.sketch.words import (
    CLOCK,
    DIGITS,
    MIXED,
    NUMBER,
    THREE_DIGITS,
    ZERO_LED,
    Kinds,
)

_SPREAD, LOW = U64(0x9E3779B1), U64(0x7FFFFFFF)
_INVERSE = pow(int(_SPREAD), -1, int(LOW) + 1)
# Marks of a number's code.
_TWO_VALUES, _HASHED, ZERO_LED_SECOND = U64(1 << 29), U64(1 << 30), U64(1 << 31)


@kernel
def number_code(
    hashes: Hashes,
    kinds: Kinds,
    numbers: Hashes,
    shapes: Kinds,
    first: int,
    end: int,
    last: int,
    hours: Hashes,
) -> tuple[np.uint64, int]:
    """(code, end) of the numbers from `first` to `end`: a time of day includes the word behind its
    hour, and the minutes after that.

    The code has 31 bits: one value below 2^29 is itself; two, as in 3.05 and 13:30, are side by
    side; anything else is a hash. A 32nd says that the second value has a leading zero.
    """
    run, values, one, two, zero_led = _number_run(
        hashes[first:end], numbers[first:end], shapes[first:end]
    )
    if values <= 2 and _among(hashes, end, last, hours):
        end += 1
        minutes = end < last and kinds[end] == NUMBER and shapes[end] in (DIGITS, ZERO_LED)
        if values == 1 and minutes and numbers[end] < U64(60):
            two, end = numbers[end], end + 1
            if two:
                run, values, zero_led = _with_value(run, two), 2, two < U64(10)
    if values == 1 and one < _TWO_VALUES:
        return one, end
    if values == 2 and one < U64(1 << 18) and two < U64(1 << 10):
        return _TWO_VALUES | one << U64(10) | two | (ZERO_LED_SECOND if zero_led else U64(0)), end
    return _HASHED | run >> U64(34), end


@kernel
def _among(hashes: Hashes, at: int, last: int, some: Hashes) -> bool:
    """Whether there is a word at a place that is one of these."""
    found = False
    if at < last:
        for word in some:
            found |= word == hashes[at]
    return found


@kernel
def _number_run(
    hashes: Hashes, numbers: Hashes, shapes: Kinds
) -> tuple[np.uint64, int, np.uint64, np.uint64, bool]:
    """(hash, values, the first two of them, whether the second has a leading zero) of adjacent
    numbers, however they are written: 1,180 and 1180 are one value; 20.00 is 20;
    13h30 is 13 and 30. A word that begins with a digit counts as three: it has no value."""
    run, values, value, open_, grouped = U64(0), 0, U64(0), False, False
    one, two, zero_led, led = U64(0), U64(0), False, False
    for t in range(len(hashes) + 1):
        shape = shapes[t] if t < len(hashes) else MIXED
        if shape == THREE_DIGITS and open_ and (grouped or value < U64(1000)):
            value, grouped = value * U64(1000) + numbers[t], True
            continue
        at_end = t == len(hashes)
        if open_ and not (at_end and value == U64(0) and values > 0):
            zero_led |= led and values == 1
            run = _with_value(run, value)
            values, one, two = _noted(values, one, two, value)
        if at_end:
            break
        open_, grouped, led = False, False, shape == ZERO_LED
        if shape == MIXED:
            run, values = (run ^ hashes[t]) * SECOND_PRIME, values + 3
        elif shape == CLOCK:
            hour, value = numbers[t] // U64(100), numbers[t] % U64(100)
            run = _with_value(run, hour)
            values, one, two = _noted(values, one, two, hour)
            open_, led = True, U64(0) < value < U64(10)
        else:
            open_, value = True, numbers[t]
    return run, values, one, two, zero_led


@kernel
def _noted(
    values: int, one: np.uint64, two: np.uint64, value: np.uint64
) -> tuple[int, np.uint64, np.uint64]:
    """One more value -> (how many there are now, the first, the second)."""
    return (
        values + 1,
        value if values == 0 else one,
        value if values == 1 else two,
    )


@kernel
def _with_value(run: np.uint64, value: np.uint64) -> np.uint64:
    return (run ^ finished((value + U64(1)) * PRIME)) * SECOND_PRIME


@kernel
def spread(code: np.uint64) -> np.uint64:
    """A number's code with its 31 bits spread; `value_of` is the inverse."""
    code = (code * _SPREAD) & LOW
    code = ((code ^ (code >> U64(16))) * _SPREAD) & LOW
    return code ^ (code >> U64(16))


def spread_of(number: int) -> int:
    """The spread code of one value, below 2^29."""
    low, factor = int(LOW), int(_SPREAD)
    once = number * factor & low
    twice = (once ^ once >> 16) * factor & low
    return twice ^ twice >> 16


def value_of(spread_code: int, zero_led: int) -> tuple[int, str] | None:
    """The number of a spread code: its first value, and the digits of its second, if it has one.
    None if the code is a hash."""
    for _ in range(2):
        spread_code = (spread_code ^ spread_code >> 16) * _INVERSE & int(LOW)
    if spread_code & int(_HASHED):
        return None
    if spread_code & int(_TWO_VALUES):
        two = spread_code & 0x3FF
        return (spread_code ^ int(_TWO_VALUES)) >> 10, f"0{two}" if zero_led else str(two)
    return spread_code, ""
