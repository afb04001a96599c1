"""Whether the topics needed for recovery still keep their records for the length of the window.

The worker refuses to start otherwise; but somebody may shorten retention while it runs.
"""

from __future__ import annotations

import asyncio
import logging
import math

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError

from schemas.topics import TOPICS
from streams.kafka.connection import BrokerUnreachableError, admin_client
from streams.kafka.topics import topic_name
from streams.metrics import Metrics
from streams.settings import Settings

log = logging.getLogger("echowire.retention")

_LOOK_SECONDS = 300.0


async def watch_retention(settings: Settings, metrics: Metrics) -> None:
    """Check now and every five minutes until cancelled; a failed check waits for the next."""
    while True:
        try:
            async with admin_client(settings) as admin:
                for topic, seconds in (await retention_seconds(admin, settings)).items():
                    metrics.retention_seconds.labels(topic).set(seconds)
        except (KafkaError, BrokerUnreachableError) as error:
            log.warning("the topics' retention could not be read: %s", error)
        await asyncio.sleep(_LOOK_SECONDS)


async def retention_seconds(admin: AIOKafkaAdminClient, settings: Settings) -> dict[str, float]:
    """Topic without prefix -> its retention; infinity if unlimited. Those that the brokers do not
    tell us of are left out."""
    names = {topic_name(settings, t.name): t.name for t in TOPICS if t.outlives_window}
    wanted = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    found: dict[str, float] = {}
    for answer in await admin.describe_configs(wanted):
        for code, message, _kind, name, entries in answer.resources:
            if code:
                log.warning("%s: its retention could not be read: %s", name, message or code)
                continue
            values = {entry[0]: entry[1] for entry in entries}
            milliseconds = int(values.get("retention.ms", -1))
            found[names[name]] = milliseconds / 1000 if milliseconds >= 0 else math.inf
    return found
