"""`echowire worker`: the service itself."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Collection

import uvloop

from schemas.topics import Stage
from streams.agents.running.descriptors import raise_limit
from streams.agents.running.exit import exit_process
from streams.agents.running.normaliser_pool import NormaliserPool
from streams.agents.stages import normalise
from streams.app import create_app
from streams.compiled import without_blas
from streams.heap import freeze_gc, keep_freed_memory
from streams.kafka.connection import admin_client
from streams.kafka.insides.worker import Worker
from streams.kafka.rights import check_rights, topics_of
from streams.kafka.shards import NotEnoughMemoryError
from streams.kafka.topics import check_topics
from streams.logs import write_logs_to_stderr
from streams.settings import Settings
from streams.warm_up import compile_apart, compile_kernels, is_compiled

log = logging.getLogger("echowire")

# Kubernetes and compose kill after 30 seconds; this comes before it.
STOP_SECONDS = 15.0
_COMPILED_ANEW_SECONDS = 4.0  # of another version's machine code, which counts as compiled


def run_worker(settings: Settings, stages: Collection[str]) -> None:
    """Run until SIGTERM or Ctrl-C. Raises if the broker or the topics are not as required."""
    raise_limit()
    tolerated: list[str] = []
    asyncio.run(_check(settings, stages, tolerated.append))
    write_logs_to_stderr(settings.log_format, settings.log_level)
    for sentence in tolerated:
        log.warning("%s", sentence)
    without_blas()
    if not is_compiled():
        log.info("compiling for this machine takes a minute; the next start will be faster")
        compile_apart()
    # In the event loop this would delay heartbeats.
    if (seconds := compile_kernels()) > _COMPILED_ANEW_SECONDS:
        log.info("compiled for this machine in %.0f s; the next start will be faster", seconds)
    pool = NormaliserPool(settings.normalising_processes)
    loop = uvloop.new_event_loop()
    asyncio.set_event_loop(loop)
    echowire = create_app(settings, stages, pool)
    if Stage.DETECT in stages:
        try:
            echowire.shards.refuse_too_large(1)
        except NotEnoughMemoryError as too_large:  # in its group it would hold up the others
            exit_process(too_large, "before it joined its group")
    if normalise.STAGE in stages:
        # While there is no thread and the loop does not run; yet late, as the processes share all
        # that is there by then, until one of them writes: the app's making wrote to 23 MB.
        pool.start()
    worker = Worker(echowire.app, loop=loop, stop_seconds=STOP_SECONDS)
    worker.spinner = None
    keep_freed_memory()
    freeze_gc()
    try:
        worker.execute_from_commandline()
    except SystemExit as ended:
        if isinstance(error := ended.__context__, Exception):  # what one of Faust's services raised
            exit_process(error, "by an error outside its agents")
        # After all else, as a collector may not answer: heartbeats and the last commit do not wait.
        echowire.tracer.shut_down()
        # Everything has stopped in order. Compiled loops may still run in threads, without the
        # interpreter's lock, and Python takes itself apart without waiting for them.
        logging.shutdown()
        os._exit(ended.code if isinstance(ended.code, int) else 0)


async def _check(
    settings: Settings, stages: Collection[str], tolerate: Callable[[str], None]
) -> None:
    async with admin_client(settings) as admin:
        # First, because topics that we may not see appear to be missing.
        await check_rights(admin, settings, stages)
        await check_topics(admin, settings, topics_of(stages), tolerate)
