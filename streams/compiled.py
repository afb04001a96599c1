"""Loops that run as machine code: numba compiles each at its first call and caches the result.

Compiled code releases the GIL: a worker's second core runs it while the first
handles Kafka's records.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Hashable
from hashlib import blake2b
from pathlib import Path
from typing import Any, TypeVar

import numba
import numpy as np
from numba.core.caching import IndexDataCacheFile

Function = TypeVar("Function", bound=Callable[..., Any])

_BLAS = "scipy.linalg.cython_blas"


def without_blas() -> None:
    """Let numba do without scipy's linear algebra in this process: no kernel multiplies matrices,
    and where scipy is installed it takes 25 MB and a quarter of a second. Call this before the
    first kernel runs."""
    sys.modules.setdefault(_BLAS, None)  # type: ignore[arg-type]  # so that importing it fails


def kernel(function: Function) -> Function:
    """Compile a function of arrays and numbers; it may call other kernels.

    Integers wrap around, and array bounds are not checked. The machine code is cached beside the
    module or in the user's cache (numba's NUMBA_CACHE_DIR moves it); if neither is writable, each
    process compiles again, which takes seconds.
    """
    try:
        compiled: Any = numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:  # no place to cache it
        compiled = numba.njit(nogil=True)(function)
    else:
        cache = compiled._cache  # noqa: SLF001
        cache._cache_file = _CacheFile(compiled, cache._cache_file)  # noqa: SLF001
    made: Function = compiled
    return made


class _CacheFile(IndexDataCacheFile):  # type: ignore[misc]  # numba has no types
    """Says whether cached machine code is current. By itself numba looks only at the file of the
    function, and would go on running an old copy of what that calls from other files."""

    def __init__(self, compiled: Any, of_one_file: IndexDataCacheFile) -> None:
        self.__dict__.update(vars(of_one_file))
        self._compiled = compiled
        self.own_stamp = self.__dict__.pop("_source_stamp")

    @property
    def _source_stamp(self) -> Hashable:
        """Of everything that the machine code contains. Functions may stand below those that call
        them, so this is asked for when code is loaded or saved."""
        found: dict[str, Hashable] = {}
        _collect(self._compiled, found)
        return tuple(sorted(found.items()))


def cache_folder(function: Callable[..., Any]) -> Path | None:
    """Where a kernel's machine code is cached, which may not exist yet; None if it is not."""
    path = getattr(_cache_file(function), "_cache_path", None)
    return None if path is None else Path(path)


def _collect(compiled: Any, found: dict[str, Hashable]) -> None:
    """Add a kernel's file, the constants that it names, and the same of each kernel it names."""
    function = compiled.py_func
    place = f"{function.__module__}.{function.__qualname__}"
    if place in found:
        return
    names = {name: function.__globals__.get(name) for name in function.__code__.co_names}
    constants = tuple((name, _stamp(names[name])) for name in sorted(names))
    found[place] = (_cache_file(compiled).own_stamp, constants)
    for value in names.values():
        if isinstance(_cache_file(value), _CacheFile):
            _collect(value, found)


def _stamp(value: Any) -> str:
    """Equal for equal constants; the same for all that are none."""
    if isinstance(value, np.ndarray):
        return f"{value.dtype.str} {value.shape} {blake2b(value.tobytes()).hexdigest()}"
    return repr(value) if isinstance(value, int | float | str | bytes | tuple) else ""


def _cache_file(value: Any) -> Any:
    """The cache's file of a kernel; None where there is none."""
    return getattr(getattr(value, "_cache", None), "_cache_file", None)
