"""An event loop whose time passes at once where everybody waits, for tests of moments."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from functools import wraps
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest.mock import patch

EPOCH_SECONDS = 1_700_000_000.37


class _VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        super().__init__()
        self._now = 0.0
        selector: Any = self._selector  # type: ignore[attr-defined]
        select = selector.select

        def skip(timeout: float | None) -> Any:
            self._now += timeout or 0.0
            return select(0)

        selector.select = skip

    def time(self) -> float:
        return self._now


def now() -> float:
    """Seconds since 1970, within a test of `in_virtual_time`."""
    return EPOCH_SECONDS + asyncio.get_running_loop().time()


def in_virtual_time(
    *modules: ModuleType,
) -> Callable[[Callable[..., Coroutine[Any, Any, None]]], Callable[..., None]]:
    """Run a test so that nothing but its own waiting takes time, for these modules, too."""
    clock = SimpleNamespace(time=now, monotonic=now)

    def decorated(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
        @wraps(test)
        def run(*arguments: Any, **options: Any) -> None:
            with ExitStack() as stack, asyncio.Runner(loop_factory=_VirtualLoop) as runner:
                for module in modules:
                    stack.enter_context(patch.object(module, "time", clock))
                runner.run(test(*arguments, **options))

        return run

    return decorated
