"""The programs of the documentation, run against a real broker and a real worker."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.kafka.embedded import EmbeddedKafka
from deploy.kafka.jars import cache_directory, fetch_jars
from streams.settings import load_settings
from tests.kafka.service import Worker, make_topics, until

DOCS = Path(__file__).parents[2] / "docs"
EXAMPLES = DOCS / "examples"
NODE_MODULES = EXAMPLES / "javascript" / "node_modules"
PAGES = [DOCS / "consumers.md", DOCS / "producers.md"]

pytestmark = pytest.mark.broker


@pytest.fixture(scope="module")
def worker(kafka: EmbeddedKafka, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    """With topics of the names that the programs use: no other test may take these."""
    settings = load_settings(
        bootstrap_servers=kafka.bootstrap, http_port=0, window_articles=4096,
        normalising_processes=1, canary_seconds=1,
    )  # fmt: skip
    asyncio.run(make_topics(settings))
    with Worker(settings, tmp_path_factory.mktemp("examples")) as started:
        yield started


def run(worker: Worker, *command: str | Path) -> list[str]:
    """A program's lines of output; it is given the broker's address behind its own name."""
    program, *rest = [str(part) for part in command]
    words = [*program.split(" "), worker.settings.bootstrap_servers, *rest]
    done = subprocess.run(words, check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


def python(name: str) -> str:
    return f"{sys.executable} {EXAMPLES / 'python' / name}"


def test_python_with_aiokafka(worker: Worker) -> None:
    assert len(run(worker, python("produce_aiokafka.py"))) == 2
    lines = run(worker, python("consume_aiokafka.py"), "2")
    verdicts = [line.split() for line in lines if not line.startswith(" ")]
    assert {(v[0], v[1], v[2]) for v in verdicts} == {
        ("org.echowire.article.enriched.v1", "reuters.example", "original"),
        ("org.echowire.article.enriched.v1", "lakeside-post.example", "copy"),
    }
    assert verdicts[0][3] == verdicts[1][3]
    assert any("of this text stands in" in line for line in lines)


def test_python_with_confluent_kafka(worker: Worker) -> None:
    """After the test above: its story is withdrawn."""
    (story,) = run(worker, python("consume_confluent.py"), "1")
    assert story.startswith("Ferry strike on the lake ends: 2 articles at reuters.example, ")
    (sent,) = run(worker, python("produce_confluent.py"))
    assert sent.startswith("sent to partition")
    until(
        lambda: worker.metric("echowire_verdicts_total", relation="withdrawn") == 1,
        "the kill has come through",
    )


@pytest.mark.trial
@pytest.mark.skipif(not NODE_MODULES.exists(), reason="needs Node's packages: run `make trials`")
def test_javascript(worker: Worker) -> None:
    folder = EXAMPLES / "javascript"
    before = worker.metric("echowire_verdicts_total")
    assert run(worker, f"node {folder / 'produce.mjs'}") == ["sent bridge-9"]
    until(lambda: worker.metric("echowire_verdicts_total") > before, "its verdict is there")
    lines = run(worker, f"node {folder / 'consume.mjs'}", str(int(before) + 1))
    assert any("valley-times.example original" in line for line in lines)


@pytest.mark.trial
@pytest.mark.skipif(
    not shutil.which("javac"), reason="needs a Java development kit of version 17 or newer"
)
def test_java(worker: Worker) -> None:
    """With Kafka's own client and Jackson from the broker's jars."""
    before = worker.metric("echowire_verdicts_total")
    java = f"java -cp {fetch_jars(cache_directory())}/* {EXAMPLES / 'java'}"
    (sent,) = run(worker, f"{java}/Produce.java")
    assert sent.startswith("sent to articles.raw partition")
    until(lambda: worker.metric("echowire_verdicts_total") > before, "its verdict is there")
    lines = run(worker, f"{java}/Consume.java", str(int(before) + 1))
    assert any("plains-gazette.example original" in line for line in lines)


PROGRAMS = sorted(
    path
    for path in EXAMPLES.glob("*/*.*")
    if path.suffix in (".py", ".java", ".mjs") and path.stem != "asyncapi"
)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.name)
def test_a_page_shows_the_program_as_it_was_run(program: Path) -> None:
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    blocks = re.findall(r"^```\w+\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert program.read_text(encoding="utf-8") in blocks
