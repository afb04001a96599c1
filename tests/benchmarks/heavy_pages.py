"""How long heavy pages hold up a worker's event loop, on which its heartbeats depend.

python -m tests.benchmarks.heavy_pages [--pages N] [--kilobytes N]
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import time
from pathlib import Path

from deploy.kafka.embedded import EmbeddedKafka
from schemas.topics import NORMALISED
from streams.settings import Settings, load_settings
from tests.benchmarks.articles import read_corpus
from tests.kafka.service import Worker, end_offsets, make_topics, push, until

DEADLINE_SECONDS = 300.0
PARAGRAPHS = 8  # of a story; a page with fewer is a list of headlines


def page(number: int, texts: list[str], size: int) -> dict[str, object]:
    """An article in a page of so many bytes: a list of other stories' headlines before it."""
    chance = random.Random(number)
    story = "".join(f"<p>{text}</p>" for text in chance.choices(texts, k=PARAGRAPHS))
    block = (
        '<li class="card"><a href="/news/{n}"><img src="/i/{n}.jpg" alt="Picture {n}"></a>'
        '<h3><a href="/news/{n}">Headline of story number {n}</a></h3><span>{n} min ago</span></li>'
    )
    parts = [f"<html><head><title>Story {number}</title></head><body><ul>"]
    length = len(story)
    while length < size:
        parts.append(block.format(n=chance.randrange(1_000_000)))
        length += len(parts[-1])
    html = f"{''.join(parts)}</ul><article><h1>Story {number}</h1>{story}</article></body></html>"
    return {"id": str(number), "url": f"https://example.com/{number}", "html": html}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.heavy_pages")
    parser.add_argument("--pages", type=int, default=500)
    parser.add_argument("--kilobytes", type=int, default=200, help="of each page")
    chosen = parser.parse_args()
    texts = " ".join(read_corpus(None).words).split("\n\n")
    with tempfile.TemporaryDirectory(prefix="pages-") as folder, EmbeddedKafka() as broker:
        settings = load_settings(
            bootstrap_servers=broker.bootstrap, topic_prefix="pages.", http_port=0,
            window_articles=1 << 16,
        )  # fmt: skip
        asyncio.run(make_topics(settings))
        events = [page(n, texts, chosen.kilobytes << 10) for n in range(chosen.pages)]
        with Worker(settings, Path(folder)) as worker:
            asyncio.run(push(settings, [page(chosen.pages, texts, 1000)]))
            until(lambda: normalised(settings) == 1, "the first page is normalised")
            asyncio.run(push(settings, events))
            started, delays, done, looked = time.monotonic(), [], 1, 0.0
            while done <= chosen.pages and time.monotonic() - started < DEADLINE_SECONDS:
                asked = time.monotonic()
                worker.get("/livez")
                delays.append(time.monotonic() - asked)
                if asked - looked > 1:
                    done, looked = normalised(settings), asked
                time.sleep(0.005)
            seconds = time.monotonic() - started
    if done <= chosen.pages:
        raise SystemExit(f"{done - 1} of {chosen.pages} pages became articles in {seconds:.0f} s")
    delays.sort()
    print(f"{done - 1} pages of {chosen.kilobytes} KB in {seconds:.1f} s; /livez answered in")
    print(f"{delays[len(delays) // 2] * 1e3:.0f} ms in the middle, {delays[-1] * 1e3:.0f} at most")


def normalised(settings: Settings) -> int:
    """Articles in the topic."""
    return sum(asyncio.run(end_offsets(settings, NORMALISED)).values())


if __name__ == "__main__":
    main()
