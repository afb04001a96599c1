"""What is compiled before the first record arrives."""

from __future__ import annotations

import pytest

from streams.kafka import batch
from streams.warm_up import compile_kernels


def test_the_loop_that_encodes_batches_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """A handful of records is encoded without it."""
    called: list[int] = []

    def encode_records(*arrays: list[int]) -> int:
        called.append(len(arrays))
        return 0

    monkeypatch.setattr(batch, "_encode_records", encode_records)
    compile_kernels()
    assert called == [8]
