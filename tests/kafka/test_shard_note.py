"""Records on a shard's segments that are none, and notes beside them."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest

from streams.detection.index.state import ShardState
from streams.kafka.recovery import Recovery, ShardUnrecoverableError
from streams.kafka.shard_note import NOTE_HEADER, ShardNote, note_of
from streams.settings import load_settings
from tests.kafka.test_decided_log import LOG, desk_of

PLACE = "detection.segments partition 0 offset 3: "


def complaint(value: bytes | None, note: bytes | None) -> str:
    settings = load_settings()
    recovery = Recovery(settings, 0, ShardState(settings.parameters()))
    record: Any = SimpleNamespace(
        topic="detection.segments", partition=0, offset=3, value=value,
        headers=[(NOTE_HEADER, note)],
    )  # fmt: skip
    with pytest.raises(ShardUnrecoverableError, match=re.escape(PLACE)) as error:
        recovery._apply(record)
    return str(error.value)


def test_a_record_without_a_value_is_no_segment() -> None:
    said = complaint(None, None)
    assert "got a record without a value. `echowire rebuild`" in said


@pytest.mark.parametrize(
    "note", [b"", b"not JSON", b"7", b"[1]", b'{"tail": null}', b'{"cut": "x"}', b'{"cut": [1]}']
)
def test_a_note_that_was_not_written_by_a_worker_is_named(note: bytes) -> None:
    said = complaint(desk_of(LOG).segments[0], note)
    assert f"its header {NOTE_HEADER} is not what was written. `echowire rebuild`" in said


def test_a_note_is_read_as_it_was_written_and_an_older_one_lacks_fields() -> None:
    note = ShardNote(3, 5, 4, 7, 9, 11)
    assert note_of([("other", b"x"), note.header()]) == note
    assert note_of([(NOTE_HEADER, b'{"tail": 3, "new": 1}')]) == ShardNote(tail=3)
    assert note_of([]) is None
