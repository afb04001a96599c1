"""Loops that run as machine code: numba compiles each at its first call and keeps the result.

What is compiled lets go of the interpreter's lock: a worker's second core runs it while the first
handles Kafka's records.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def kernel(function: Function) -> Function:
    """Compile a function of arrays and numbers; it may call other kernels.

    Whole numbers wrap around, and nothing checks that indices lie within their arrays. The machine
    code is kept beside the module or in the user's cache (numba's NUMBA_CACHE_DIR moves it); where
    neither can be written, each process compiles again, which takes seconds.
    """
    compiled: Function
    try:
        compiled = numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:  # no place to keep it in
        compiled = numba.njit(nogil=True)(function)
    return compiled
