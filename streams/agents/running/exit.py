"""How a worker exits when it cannot carry on: at once, with an exit code that says what to do.

Nothing is acknowledged, no offset committed, no clean-up run: what was not confirmed is read
again by the next worker.
"""

from __future__ import annotations

import logging
import os
from typing import NoReturn

from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    InvalidSessionTimeoutError,
    KafkaError,
    TopicAuthorizationFailedError,
    TransactionalIdAuthorizationFailed,
)

from streams.agents.running.descriptors import DescriptorsError, is_exhausted, none_left
from streams.articles.outlets import OutletsError
from streams.kafka.connection import BrokerUnreachableError
from streams.kafka.duplicate_instance import InstanceTakenError
from streams.kafka.fencing import ShutOutError
from streams.kafka.recovery import ShardUnrecoverableError
from streams.kafka.refused import TopicTooNarrowError
from streams.kafka.rights import RightsError
from streams.kafka.shards import NotEnoughMemoryError
from streams.kafka.topic_watch import TopicChangedError
from streams.settings import SettingsError
from streams.web import PortTakenError

log = logging.getLogger("echowire")

# sysexits.h. A supervisor restarts after all of them; the last two also need a person.
EXIT_UNAVAILABLE = 69  # Kafka failed or rejected us
EXIT_INTERNAL_ERROR = 70  # an unexpected error; the record behind it is counted
EXIT_SHUT_OUT = 75  # another worker has our partitions: start again
EXIT_FORBIDDEN = 77  # a right is missing
EXIT_CONFIGURATION = 78

_FORBIDDEN = {
    ClusterAuthorizationFailedError: "Write on any of the topics",
    GroupAuthorizationFailedError: "Read on the group",
    TopicAuthorizationFailedError: "a right on the topic",
    TransactionalIdAuthorizationFailed: "Write on the transactional id",
}
_MISCONFIGURED = (
    InvalidSessionTimeoutError,
    TopicTooNarrowError,
    ShardUnrecoverableError,
    TopicChangedError,
    NotEnoughMemoryError,
    InstanceTakenError,
    SettingsError,
    OutletsError,
    PortTakenError,
    DescriptorsError,
)
_TOLD_IN_FULL = (*_MISCONFIGURED, ShutOutError, RightsError, BrokerUnreachableError)


def blames_record(error: Exception) -> bool:
    """Whether the current records may be to blame, rather than Kafka or the configuration."""
    return exit_code(error) == EXIT_INTERNAL_ERROR and not is_exhausted(error)


def exit_code(error: Exception) -> int:
    """The exit code for an error."""
    if isinstance(error, (*_FORBIDDEN, RightsError)):
        return EXIT_FORBIDDEN
    if isinstance(error, _MISCONFIGURED):
        return EXIT_CONFIGURATION
    if isinstance(error, ShutOutError):
        return EXIT_SHUT_OUT
    if isinstance(error, KafkaError | BrokerUnreachableError | TimeoutError):
        return EXIT_UNAVAILABLE
    return EXIT_INTERNAL_ERROR


def exit_process(error: Exception, where: str) -> NoReturn:
    """End the process. `where` is what it was doing, in words that follow "ended"."""
    # The client library does not say why a connection could not be made.
    if is_exhausted(error) or (exit_code(error) == EXIT_UNAVAILABLE and none_left()):
        error = DescriptorsError.of_now()
    log.critical(
        "ended %s: %s", where, _sentence(error), exc_info=error if blames_record(error) else None
    )
    logging.shutdown()
    os._exit(exit_code(error))


def _sentence(error: Exception) -> str:
    for kind, right in _FORBIDDEN.items():
        if isinstance(error, kind):
            names = ", ".join(map(str, error.args)) or "(Kafka names none)"
            return f"the brokers do not allow {right} {names}; docs/security.md lists all rights"
    if isinstance(error, InvalidSessionTimeoutError):
        return (
            "the brokers do not accept session_timeout_seconds (or"
            " ECHOWIRE_SESSION_TIMEOUT_SECONDS): it must lie between their"
            " group.min.session.timeout.ms and group.max.session.timeout.ms, by default 6 s and 30"
            " minutes"
        )
    if isinstance(error, _TOLD_IN_FULL):
        return str(error)
    return f"{type(error).__name__}: {error}"
