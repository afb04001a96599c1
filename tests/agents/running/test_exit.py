"""How a worker that cannot carry on says why, and with which code."""

from __future__ import annotations

import logging
import os

import pytest
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    InvalidSessionTimeoutError,
    KafkaConnectionError,
)

from streams.agents.running.exit import exit_process

SESSION = (
    "the brokers do not accept session_timeout_seconds (or ECHOWIRE_SESSION_TIMEOUT_SECONDS): it"
    " must lie between their group.min.session.timeout.ms and group.max.session.timeout.ms, by"
    " default 6 s and 30 minutes"
)
RIGHT = "the brokers do not allow Read on the group news; docs/security.md lists all rights"


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (InvalidSessionTimeoutError(), 78, SESSION),
        (GroupAuthorizationFailedError("news"), 77, RIGHT),
        (KafkaConnectionError("gone"), 69, "KafkaConnectionError: KafkaConnectionError: gone"),
    ],
)
def test_what_kafka_refuses_is_a_sentence_and_a_code(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    code: int,
    sentence: str,
) -> None:
    def leave(code: int) -> None:
        raise SystemExit(code)

    monkeypatch.setattr(os, "_exit", leave)
    monkeypatch.setattr(logging, "shutdown", lambda: None)
    with pytest.raises(SystemExit) as ended:
        exit_process(error, "as a member of its group")
    assert ended.value.code == code
    assert caplog.messages == [f"ended as a member of its group: {sentence}"]
    assert caplog.records[0].exc_info is None
