"""Compile everything before the first record arrives.

python -m streams.warm_up     # as `make setup` does, and a worker's first start
"""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import UTC, datetime

import orjson

from streams.articles.language_model import classify, give_back_model, next_state
from streams.articles.page import PageSource, read_page
from streams.compiled import cache_folder
from streams.detection.parameters import Parameters
from streams.detection.sketch.facts import numbers_of
from streams.kafka.batch import RecordBatch, records_of_few, records_of_many
from streams.kafka.own_records import own_records
from streams.kafka.partitioning import partitions_of
from streams.pipeline import Pipeline
from streams.sources.raw_events import RawEvent

# Together these exercise every compiled loop; `tests/test_warm_up.py` finds those that they miss.
_TEXTS = (
    "one two three four five six seven eight nine ten " * 5,
    "Zoë paid €1,200 for “eleven” of 12 — on 2 March — and 37 per cent more by June. " * 8,
    "Жители двух домов насчитали 12 окон, сказал он, и ни одного балкона. " * 8,
    "नगर परिषद ने सोमवार को 12 पुलों की मरम्मत के लिए मतदान किया। " * 8,
    "The cafe\u0301 &amp; the bar: eleven twelve " * 8,
    " ".join(f"Route {n} carried {37 * n} people on its {12 * n} miles." for n in range(1, 40)),
)
_STORY = (
    "The town council voted on Monday to repair the bridge, which has been closed since March.",
    "Work will begin in June and take four months, the mayor said after the meeting of 2 March.",
    "About 12,000 cars crossed it every day; since then they have had to go through the village.",
    "“We have waited long enough,” said the owner of a shop beside it, who has 40 per cent less.",
)
_OTHER_STORY = (
    "The museum on the hill opens its new wing in May, with paintings that were in storage.",
    "Visitors may see them free of charge for a week, its director told the paper on Sunday.",
    "The wing cost 3.5 million, a third of it given by the people of the town, she said.",
    "It took two years to build, because the hill is steep and lorries had to come by night.",
    "A café with a view of the valley will follow in autumn, if a tenant is found by then.",
)
_REST = (
    "The repair was put off twice, first for want of money and then because of the high water.",
    "A second bridge, for those on foot and on bicycles, is to be built a little up the river.",
    "Its cost is not known yet; the council hopes that the county will give a half of it, or more.",
)
_PAGE = "\n".join(
    ("Home", "Bridge to be repaired", "By Ana Berg", "2 March 2026", *_STORY, "Related articles",
     "New wing opens in May", "The Daily Hill", "2 hours ago", *_OTHER_STORY, "Privacy")
)  # fmt: skip
_CARD = """<div class="card"><h3><a href="https://the-hill.example/news/new-wing.html">New wing
opens in May</a></h3><div class="meta"><span class="source">The Daily Hill</span>
<time datetime="2026-03-02T08:00:00Z">2 hours ago</time></div>{other}</div>"""
_HTML_PAGE = f"""<html lang="en"><head><title>Bridge to be repaired | The Paper</title>
<meta name="author" content="Ana Berg"></head><body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/sport">Sport</a></li></ul></nav>
<main><article class="story"><h1>Bridge to be repaired</h1><p class="byline">By Ana Berg</p>
<time datetime="2026-03-02T10:00:00Z">2 March 2026</time>{{story}}
<p>Read also: <a href="/other">Another headline of the day &#8211; and more</a></p></article>
<aside class="related"><h2>More</h2>{_CARD}
<div class="card"><h3><a href="/teaser">A teaser</a></h3><p>One line about it.</p></div></aside>
</main><footer><p>© The Paper. All rights reserved.</p></footer></body></html>"""
_HEAD = "<h2>More</h2><h3>New wing opens in May</h3><time>2 hours ago</time>"
_TABLE = "<table><tr><td>Cars</td><td>12</td></tr></table>"
_PAGES = (
    _HTML_PAGE,
    _HTML_PAGE.replace("<p>", "<p> <b></b>"),
    f"<h1>Bridge to be repaired</h1>{_TABLE}{{story}}<h2>More</h2>{{other}}",
    f"<div><h1>Bridge to be repaired</h1>{{story}}</div>{_HEAD}{{other}}",
    f"<h1>Bridge to be repaired</h1>{{story}}{_CARD}<p>Read more below.</p>{{rest}}",
    "<h1>Bridge to be repaired</h1>{story}",
    "<p>{story}",
)


def compile_kernels() -> float:
    """Run a few articles and pages through everything compiled; -> seconds.

    Takes a minute of computing the first time on a machine, and a second once the machine code is
    cached."""
    started = time.monotonic()
    pipeline = Pipeline(Parameters(capacity=len(_TEXTS) + 1))  # copies push some of the first out
    parts = {"story": _STORY, "other": _OTHER_STORY, "rest": _REST}
    stories = {name: _paragraphs(lines) for name, lines in parts.items()}
    pages = [{"html": page.format_map(stories)} for page in _PAGES]
    texts = [*_TEXTS, _PAGE, _STORY[0]]
    changed = [text.replace("12", "13") for text in _TEXTS]
    chunks = [
        [{"text": text} for text in texts], [{"text": text} for text in changed], pages
    ]  # fmt: skip
    for chunk in chunks:
        events = [
            RawEvent(None, orjson.dumps({"id": str(i), **fields}), 0)
            for i, fields in enumerate(chunk)
        ]
        pipeline.take(pipeline.records(events))
    # The columns of one line have another layout in memory.
    read_page(PageSource(html=None, text=_STORY[0], now=datetime(2026, 1, 1, tzinfo=UTC)))
    values = [event.value for event in events]
    columns = values, values, values, [0] * len(values)
    records_of_many(*columns)
    octets = bytes(records_of_few(*columns))
    own_records(RecordBatch(0, octets, len(values), 0, 0), "articles", 0)
    partitions_of([b"0" * 32], 2)
    numbers_of(_TEXTS[0])
    return time.monotonic() - started


def is_compiled() -> bool:
    """Whether machine code of an earlier start is here, or there is no place to keep it."""
    folder = cache_folder(next_state)
    return folder is None or any(folder.glob("*.nbi"))


def compile_apart() -> None:
    """Compile in a process of its own, and cache the machine code.

    What it takes to compile, a process keeps: 470 MB that a worker never needs again. Where this
    fails, the worker compiles by itself, in `compile_kernels`.
    """
    subprocess.run([sys.executable, "-m", "streams.warm_up"], check=False)


def load_language_model() -> None:
    """Now, instead of at the first text that needs it: the first time on a machine that takes a
    second, and 40 MB.
    """
    classify(_TEXTS[1])
    give_back_model()


def _paragraphs(texts: tuple[str, ...]) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


if __name__ == "__main__":
    compile_kernels()
    load_language_model()
