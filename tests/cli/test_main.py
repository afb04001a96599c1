"""The command line as users see it: sentences, exit codes, no tracebacks."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from aiokafka.admin import NewPartitions, NewTopic
from aiokafka.errors import (
    IllegalStateError,
    NotCoordinatorForGroupError,
    TopicAuthorizationFailedError,
)
from typer.testing import CliRunner, Result

from schemas.topics import SEGMENTS, TOPICS
from streams.agents.running.normaliser_pool import NormaliserPool
from streams.cli import main
from streams.cli.group import app
from streams.kafka.connection import admin_client
from streams.kafka.topics import TopicsError, check_topics, create_topics
from streams.settings import Settings

SAMPLE = Path(__file__).parents[2] / "deploy" / "demo" / "sample.jsonl"


def echowire(
    *arguments: str, standard_input: bytes = b"", **environment: str
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "streams.cli.main", *arguments],
        input=standard_input,
        capture_output=True,
        env={**os.environ, "COLUMNS": "300", **environment},
        check=False,
        timeout=60,
    )


@pytest.fixture
def process(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """The command within this process: a start and a pool of its own take four seconds of CPU."""
    monkeypatch.setattr(NormaliserPool, "start", lambda _pool: None)
    monkeypatch.setattr(NormaliserPool, "_started", lambda _pool: None)

    def run(*arguments: str, standard_input: bytes) -> Result:
        return CliRunner().invoke(app, ["process", *arguments], input=standard_input)

    return run


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.parametrize(
    "command",
    [
        ["worker"], ["topics", "check"], ["topics", "create"], ["tail"], ["produce", str(SAMPLE)],
        ["show", "f" * 32],
    ],
)  # fmt: skip
def test_a_broker_that_is_not_there_is_named_within_ten_seconds(command: list[str]) -> None:
    address, started = f"127.0.0.1:{free_port()}", time.monotonic()
    done = echowire(*command, "-b", address)
    assert done.returncode == 69
    assert f"No Kafka broker at {address}" in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()
    assert time.monotonic() - started < 10 + 20  # to start Python, on a machine with other work


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "No such file or directory: name a file that can be read, or leave the setting out"),
        ('[outlets]\n"daily.example" = "The Daily"\n', "expected a list of names"),
        ("outlets", "expected a table [outlets], as in docs/normalising.md"),
    ],
)
def test_a_worker_does_not_start_with_a_table_of_outlets_that_is_wrong(
    tmp_path: Path, content: str | None, said: str
) -> None:
    path = tmp_path / "own.toml"
    if content is not None:
        path.write_text(content)
    done = echowire("worker", "-b", f"127.0.0.1:{free_port()}", "--set", f"outlets_file={path}")
    assert done.returncode == 78
    assert f"outlets_file: {path}: " in done.stderr.decode()
    assert said in done.stderr.decode()


def run_into(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command in which this error is raised."""

    def fail(**_: str) -> None:
        raise error

    monkeypatch.setattr("streams.cli.group.app", fail)
    monkeypatch.setattr(sys, "argv", ["echowire", "worker"])
    main.run()


@pytest.mark.parametrize(
    ("error", "code", "begins", "ends"),
    [
        (NotCoordinatorForGroupError("desk"), 69, "cannot answer now (", "desk): try again soon"),
        (
            TopicAuthorizationFailedError("raw"),
            77,
            "do not allow it (",
            "raw): docs/security.md lists the rights",
        ),
    ],
)
def test_what_brokers_cannot_answer_or_do_not_allow_is_a_sentence(
    error: Exception,
    code: int,
    begins: str,
    ends: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ended:
        run_into(error, monkeypatch)
    assert ended.value.code == code
    said = capsys.readouterr().err
    assert said.startswith(f"error: the brokers {begins}")
    assert said.endswith(f"{ends}\n")


@pytest.mark.parametrize("error", [ValueError("ours"), IllegalStateError("ours, too")])
def test_other_errors_keep_their_traceback(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(type(error), match="ours"):
        run_into(error, monkeypatch)


def test_another_program_on_the_port_is_told_from_a_closed_port() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        done = echowire("topics", "check", "-b", f"127.0.0.1:{server.getsockname()[1]}")
    assert done.returncode == 69
    assert "does not speak plain Kafka" in done.stderr.decode()


@pytest.mark.parametrize(
    ("arguments", "environment", "sentence"),
    [
        (["--set", "chunk_record=5"], {}, "chunk_record: no such setting"),
        (["--set", "chunk_records=0"], {}, "chunk_records (or ECHOWIRE_CHUNK_RECORDS)"),
        (["--set", "chunk_records"], {}, "expected NAME=VALUE"),
        ([], {"ECHOWIRE_WINDOW": "5"}, "ECHOWIRE_WINDOW: no such setting"),
        ([], {"ECHOWIRE_CONFIG": "/nowhere.toml"}, "/nowhere.toml, which is not a file"),
        (["--stage", "both"], {}, "expected normalise, detect or all"),
    ],
)
def test_a_broken_setting_stops_the_start_with_a_sentence(
    arguments: list[str], environment: dict[str, str], sentence: str
) -> None:
    done = echowire("worker", *arguments, standard_input=b"", **environment)
    assert done.returncode == 78
    assert sentence in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()


def test_help_and_version_work_without_a_broker() -> None:
    for command in ("worker", "produce", "tail", "process", "topics", "settings", "version"):
        shown = CliRunner().invoke(app, [command, "--help"])
        assert shown.exit_code == 0
        assert "Usage" in shown.stdout
    assert echowire("version").stdout.startswith(b"echowire 0.")
    settings = echowire("settings").stdout.decode()
    assert all(name in settings for name in Settings.model_fields)


def test_process_reads_a_pipe_and_writes_enriched_lines_and_rejected_ones(
    process: Callable[..., Result], tmp_path: Path
) -> None:
    rejected = tmp_path / "rejected.jsonl"
    lines = [
        b'{"id":"1","text":"Some words of a text."}',
        b"rubbish",
        b'{"id":"2","text":"Others."}',
    ]
    done = process("-", "--rejected", str(rejected), standard_input=b"\n".join(lines))
    assert done.exit_code == 0, done.stderr
    assert [json.loads(line)["producer_id"] for line in done.stdout.splitlines()] == ["1", "2"]
    [line] = rejected.read_bytes().splitlines()
    assert json.loads(line)["line"] == 2
    assert json.loads(line)["reason"] == "not_json"
    assert json.loads(line)["value"] == "rubbish"
    assert "3 events: 2 original; 0 redeliveries; 1 rejected (1 not_json)" in done.stderr


def test_process_gives_the_same_bytes_whatever_the_chunks(tmp_path: Path) -> None:
    outputs = []
    for size in ("9", "500"):
        output = tmp_path / f"{size}.jsonl"
        done = echowire("process", str(SAMPLE), "-o", str(output), "--set", f"chunk_records={size}")
        assert done.returncode == 0, done.stderr
        outputs.append(output.read_bytes())
    assert outputs[0] == outputs[1]
    assert len(outputs[0].splitlines()) > 150


def test_process_gives_an_event_without_a_time_that_of_the_one_before_it(
    process: Callable[..., Result],
) -> None:
    events = [
        {"id": "1", "text": "One.", "published_at": "2026-03-02T10:00:00+02:00"},
        {"id": "2", "text": "Two."},
    ]
    done = process(standard_input=b"\n".join(map(orjson.dumps, events)))
    times = [json.loads(line)["raw"]["timestamp"] for line in done.stdout.splitlines()]
    assert times == ["2026-03-02T08:00:00Z"] * 2


def test_process_of_a_file_that_is_not_there_is_a_sentence() -> None:
    done = echowire("process", "nowhere.jsonl")
    assert done.returncode == 1
    assert b"nowhere.jsonl" in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.broker
def test_missing_topics_are_named_with_the_command_that_makes_them(settings: Settings) -> None:
    flags = ["-b", settings.bootstrap_servers, "--topic-prefix", settings.topic_prefix]
    for command in (["topics", "check"], ["worker"]):
        done = echowire(*command, *flags)
        assert done.returncode == 1
        text = done.stderr.decode()
        assert all(f"{settings.topic_prefix}{topic.name} is missing" in text for topic in TOPICS)
        assert "echowire topics create" in text
        assert "Traceback" not in text
    assert echowire("topics", "create", *flags).returncode == 0
    assert b"all topics exist already" in echowire("topics", "create", *flags).stdout
    checked = echowire("topics", "check", *flags)
    assert checked.returncode == 0
    assert checked.stdout.count(b"4 partitions") == len(TOPICS)


@pytest.mark.broker
async def test_topics_that_the_broker_does_not_list_yet_are_there_all_the_same(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def none_yet() -> list[str]:
        return []

    async with admin_client(settings) as admin:
        assert len(await create_topics(admin, settings, 4, 1)) == len(TOPICS)
        monkeypatch.setattr(admin, "list_topics", none_yet)
        assert await create_topics(admin, settings, 4, 1) == []


@pytest.mark.broker
async def test_a_wrong_partition_count_and_a_wrong_cleanup_policy_are_named(
    settings: Settings,
) -> None:
    async with admin_client(settings) as admin:
        name = f"{settings.topic_prefix}stories"
        await admin.create_topics(
            [NewTopic(name, 4, 1, topic_configs={"cleanup.policy": "delete"})]
        )
        await create_topics(admin, settings, 4, 1)
        segments = f"{settings.topic_prefix}{SEGMENTS}"
        await admin.create_partitions({segments: NewPartitions(total_count=6)})
        deadline = time.monotonic() + 20
        while True:
            with pytest.raises(TopicsError) as error:
                await check_topics(admin, settings)
            if "has 6 partitions" in str(error.value) or time.monotonic() > deadline:
                break
            await asyncio.sleep(0.1)
    assert f"{segments} has 6 partitions, but must have as many as" in str(error.value)
    assert f"{name} has cleanup.policy=delete, expected compact" in str(error.value)


@pytest.mark.broker
async def test_a_segment_topic_kept_for_less_than_the_window_is_refused(settings: Settings) -> None:
    name = f"{settings.topic_prefix}{SEGMENTS}"
    async with admin_client(settings) as admin:
        await admin.create_topics([NewTopic(name, 4, 1, topic_configs={"retention.ms": "3600000"})])
        await create_topics(admin, settings, 4, 1)
        with pytest.raises(TopicsError, match="shorter than the window"):
            await check_topics(admin, settings)


@pytest.mark.parametrize(
    ("lines", "reason"),
    [(b"rubbish\nmore", "no JSON object"), (b'{"content": "a"}', "`text` and `html`"),
     (b'{"text": "%PDF-1.7"}', "no_article")],
)  # fmt: skip
def test_process_of_nothing_but_refused_events_exits_with_1(
    process: Callable[..., Result], lines: bytes, reason: str
) -> None:
    done = process(standard_input=lines)
    assert done.exit_code == 1
    assert reason in done.stderr
    assert isinstance(done.exception, SystemExit)


def test_process_succeeds_if_pages_without_an_article_are_written_to_a_file(
    process: Callable[..., Result], tmp_path: Path
) -> None:
    rejected = tmp_path / "rejected.jsonl"
    page = b'{"text": "%PDF-1.7"}'
    done = process("--rejected", str(rejected), standard_input=page)
    assert done.exit_code == 0, done.stderr
    assert json.loads(rejected.read_bytes())["reason"] == "no_article"
    assert process("--rejected", str(rejected), standard_input=b"{").exit_code == 1


@pytest.mark.parametrize("descriptors", [12, 20])
def test_process_without_descriptors_reports_it_in_a_sentence(
    tmp_path: Path, descriptors: int
) -> None:
    path = tmp_path / "pages.jsonl"
    path.write_text(json.dumps({"html": "<p>" + "Some words of a page. " * 40}))
    command = f'ulimit -n {descriptors}; exec "$0" -m streams.cli.main process "$1"'
    done = subprocess.run(
        ["sh", "-c", command, sys.executable, str(path)], capture_output=True, check=False
    )
    assert done.stderr == b"error: Too many open files: raise the limit (`ulimit -n`)\n"
    assert done.returncode == 78


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is full")
@pytest.mark.parametrize("arguments", [["--help"], ["settings"], ["show", str(SAMPLE)]])
def test_a_full_disk_is_a_sentence(arguments: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "streams.cli.main", *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.stderr == b"error: No space left on device: what was written is not complete\n"
    assert done.returncode == 74
