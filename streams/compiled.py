"""Loops that run as machine code: numba compiles each at its first call and caches the result.

Compiled code releases the GIL: a worker's second core runs it while the first
handles Kafka's records.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def kernel(function: Function) -> Function:
    """Compile a function of arrays and numbers; it may call other kernels.

    Integers wrap around, and array bounds are not checked. The machine code is cached beside the
    module or in the user's cache (numba's NUMBA_CACHE_DIR moves it); if neither is writable, each
    process compiles again, which takes seconds.
    """
    compiled: Function
    try:
        compiled = numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:  # no place to cache it
        compiled = numba.njit(nogil=True)(function)
    return compiled
