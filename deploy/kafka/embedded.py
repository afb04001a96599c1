"""One real Kafka broker (KRaft: broker and controller in one process) on 127.0.0.1.

python -m deploy.kafka.embedded fetch            take Kafka's jars into the cache
python -m deploy.kafka.embedded run [--port N]   a broker until Ctrl-C
"""

import argparse
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from deploy.kafka.jars import KAFKA_VERSION, JarsUnavailableError, cache_directory, fetch_jars
from deploy.kafka.java import JavaMissingError, find_java
from deploy.kafka.properties import HOST, Ports, single_node_properties, write_properties
from deploy.kafka.tether import spawn_tied

# Below the ports that Linux (32768 up) and macOS (49152 up) give to outgoing
# connections. A client that keeps trying while the broker restarts would
# sooner or later be given the broker's own port, connect to itself and keep
# the broker from binding.
PORT_RANGE = range(20_000, 32_000)

START_DEADLINE_SECONDS = 60.0
STOP_DEADLINE_SECONDS = 15.0
POLL_SECONDS = 0.02
LOG_TAIL_LINES = 30
NO_PROBLEM = re.compile(r" INFO |^\tat ")  # the steps of a stack trace crowd out its message

STARTED = "Kafka Server started"  # logged once the controller lets the broker serve

# These start in 3 s instead of 4 on two cores and cost no throughput: with
# them the broker takes 4 us of processor time for a record of 1 kB, with
# Java's own choice 6, over the first 600,000 records of a Python producer.
JAVA_OPTIONS = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")

LOG_CONFIGURATION_PATH = Path(__file__).with_name("log4j2.properties")


class BrokerFailedError(RuntimeError):
    """The broker did not start, or ended; the message closes with the end of its log."""


class EmbeddedKafka:
    """A broker as a context manager.

    directory: holds the configuration, the log and the data, and stays; by
        default a temporary one that `stop` removes.
    port: where clients connect, also after a restart; by default a free one.
    ports: all ports, instead; the other brokers of a cluster must know them.
    cluster_id: of the cluster that it belongs to; by default one of its own.
    settings: broker properties that are added to or replace those of
        `single_node_properties`. To secure the clients' listener, map CLIENTS
        to SASL_SSL in `listener.security.protocol.map`, and leave INTERNAL and
        CONTROLLER (user ANONYMOUS) PLAINTEXT.
    heap_mb: the most that the Java heap may take.
    scram_users: name -> password for SCRAM-SHA-512, made at the first start.
    """

    def __init__(
        self,
        directory: Path | None = None,
        port: int | None = None,
        settings: Mapping[str, str] = {},
        heap_mb: int = 512,
        scram_users: Mapping[str, str] = {},
        ports: Ports | None = None,
        cluster_id: str | None = None,
    ) -> None:
        if ports is None:
            clients, internal, controller = free_ports(3)
            ports = Ports(clients if port is None else port, internal, controller)
        self._ports, self._cluster_id = ports, cluster_id or secrets.token_urlsafe(16)
        self._directory_is_ours = directory is None
        self._directory = directory
        self._settings = dict(settings)
        self._heap_mb = heap_mb
        self._scram_users = dict(scram_users)
        self._process: subprocess.Popen[bytes] | None = None
        self._log_offset = 0  # where the log of this start begins

    @property
    def bootstrap(self) -> str:
        """The address for clients, as `127.0.0.1:PORT`."""
        return f"{HOST}:{self._ports.clients}"

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The broker's Java process; RuntimeError if none was started."""
        if self._process is None:
            raise RuntimeError(f"no broker was started at {self.bootstrap}")
        return self._process

    @property
    def directory(self) -> Path:
        """Configuration, log and data; RuntimeError while there is no temporary one."""
        if self._directory is None:
            raise RuntimeError(f"the broker at {self.bootstrap} has no directory while stopped")
        return self._directory

    @property
    def log_path(self) -> Path:
        """The broker's log over all its starts in this directory."""
        return self.directory / "broker.log"

    def start(self) -> None:
        """Start the broker and wait until it responds.

        Raises BrokerFailedError if the broker ends, or does not respond within
        START_DEADLINE_SECONDS.
        """
        if self._process is not None:
            raise RuntimeError(f"the broker at {self.bootstrap} was started already")
        java = self._java_command()
        if self._directory is None:
            self._directory = Path(tempfile.mkdtemp(prefix="echowire-kafka-"))
        self._directory.mkdir(parents=True, exist_ok=True)
        data = self._directory / "data"
        configuration = self._directory / "server.properties"
        write_properties(single_node_properties(self._ports, data) | self._settings, configuration)
        self._log_offset = self.log_path.stat().st_size if self.log_path.exists() else 0
        deadline = time.monotonic() + START_DEADLINE_SECONDS
        try:
            if not (data / "meta.properties").exists():
                self._format(java, configuration, deadline)
            self._process = spawn_tied([*java, "kafka.Kafka", str(configuration)], self.log_path)
            self._wait_until_it_answers(deadline)
        except BaseException:
            self.kill()
            self._remove_our_directory()
            raise

    def stop(self) -> None:
        """End the broker in order, or by force after a deadline; remove a temporary directory."""
        self._end_in_order()
        self._remove_our_directory()

    def kill(self) -> None:
        """Kill the broker, as a crash would; `start` brings it back with its data."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def restart(self) -> None:
        """End the broker in order if it runs, and start it on the same ports and data."""
        self._end_in_order()
        self.start()

    def failure(self, reason: str) -> BrokerFailedError:
        """Return an error with the end of the log, and the problems logged before it.

        The cause of a failure often stands above the many lines of an orderly
        shutdown.
        """
        lines = self._log_since_start().splitlines()
        earlier, tail = lines[:-LOG_TAIL_LINES], lines[-LOG_TAIL_LINES:]
        problems = [line for line in earlier if not NO_PROBLEM.search(line)][-LOG_TAIL_LINES:]
        return BrokerFailedError(
            "\n".join([f"Kafka at {self.bootstrap}: {reason}", *problems, *tail])
        )

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def limit_producers(self, bytes_a_second: int) -> None:
        """A produce quota for every client; delays responses to those that exceed it."""
        change = ["--alter", "--entity-type", "clients", "--entity-default"]
        quota = ["--add-config", f"producer_byte_rate={bytes_a_second}"]
        where = ["--bootstrap-server", self.bootstrap]
        tool = [*self._java_command(), "kafka.admin.ConfigCommand", *where, *change, *quota]
        subprocess.run(tool, check=True, capture_output=True)  # noqa: S603 - nothing from outside

    def _java_command(self) -> list[str]:
        return [
            str(find_java()),
            f"-Xmx{self._heap_mb}m",
            *JAVA_OPTIONS,
            f"-Dlog4j2.configurationFile={LOG_CONFIGURATION_PATH.as_uri()}",
            "-cp",
            f"{fetch_jars(cache_directory())}/*",
        ]

    def _format(self, java: Sequence[str], configuration: Path, deadline: float) -> None:
        """Write the identity of a new cluster into the data directory."""
        users = [
            f"--add-scram=SCRAM-SHA-512=[name={name},password={password}]"
            for name, password in self._scram_users.items()
        ]
        # With "=", as an id may begin with "-" and would pass for an option.
        cluster = f"--cluster-id={self._cluster_id}"
        tool = ["kafka.tools.StorageTool", "format", cluster, f"--config={configuration}"]
        self._process = spawn_tied([*java, *tool, *users], self.log_path)
        try:
            status = self._process.wait(deadline - time.monotonic())
        except subprocess.TimeoutExpired:
            raise self.failure("its storage was not formatted in time") from None
        self._process = None
        if status != 0:
            raise self.failure(f"its storage could not be formatted (status {status})")

    def _wait_until_it_answers(self, deadline: float) -> None:
        while not (STARTED in self._log_since_start() and self._accepts_connections()):
            if (status := self.process.poll()) is not None:
                raise self.failure(f"it ended with status {status} before it responded")
            if time.monotonic() > deadline:
                raise self.failure(f"it did not respond in {START_DEADLINE_SECONDS:.0f} s")
            time.sleep(POLL_SECONDS)

    def _log_since_start(self) -> str:
        with self.log_path.open("rb") as log:
            log.seek(self._log_offset)
            return log.read().decode(errors="replace")

    def _accepts_connections(self) -> bool:
        try:
            socket.create_connection((HOST, self._ports.clients), timeout=1).close()
        except OSError:
            return False
        return True

    def _end_in_order(self) -> None:
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(STOP_DEADLINE_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()
            self._process = None

    def _remove_our_directory(self) -> None:
        if self._directory_is_ours and self._directory is not None:
            shutil.rmtree(self._directory)
            self._directory = None


def free_ports(count: int) -> list[int]:
    """Return distinct ports of PORT_RANGE on which nothing listens at this moment."""
    found: set[int] = set()
    while len(found) < count:
        port = secrets.choice(PORT_RANGE)
        with socket.socket() as probe:
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
        found.add(port)
    return list(found)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m deploy.kafka.embedded")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("fetch", help="take Kafka's jars into the cache")
    run = commands.add_parser("run", help="run a broker until Ctrl-C")
    run.add_argument("--port", type=int, default=9092, help="default: %(default)s")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.command == "fetch":
            sys.stdout.write(f"{fetch_jars(cache_directory())}\n")
        else:
            _run(chosen.port)
    except (JarsUnavailableError, JavaMissingError, BrokerFailedError) as error:
        sys.exit(str(error))


def _run(port: int) -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends like Ctrl-C
    try:
        with EmbeddedKafka(port=port) as kafka:
            sys.stdout.write(f"Kafka {KAFKA_VERSION} at {kafka.bootstrap}, log {kafka.log_path}\n")
            sys.stdout.flush()
            status = kafka.process.wait()
            raise kafka.failure(f"it ended with status {status}")
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
