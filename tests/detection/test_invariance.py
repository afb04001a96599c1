"""Verdicts depend on the log alone: not on how it is cut, nor on crashes and recoveries.

Each example is a log of up to 60 articles out of few items and texts, so that it is full of
copies, excerpts, versions, resends, kills and late returns; the windows are tiny, so that articles
leave them all the time, by record time and by count, and stories outlive their originals.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas import Story
from streams.detection.decide import Decision, decide
from streams.detection.index.arrivals import ArticleColumns
from streams.detection.index.segment import Segment, decode_segment, encode_segment
from streams.detection.index.state import ShardState
from streams.detection.parameters import Parameters
from streams.detection.sketch.entry import Entries, entries_of
from streams.detection.sketch.sketches import Sketches, sketch_texts
from streams.detection.stories.records import replay_events
from streams.detection.verdict import VerdictWriter
from tests.detection.newsroom import (
    HOUR,
    MINUTE,
    NOON,
    SECOND,
    YEAR,
    Arrival,
    Desk,
    article,
    cut,
    edited,
    remembered,
    story,
)

SMALL = Parameters(capacity=16, window_seconds=3600)
SHORT = Parameters(capacity=64, window_seconds=3600)
FEW = Parameters(capacity=8, window_seconds=72 * 3600)
STEPS = (0, SECOND, SECOND, MINUTE, 20 * MINUTE, 59 * MINUTE, HOUR, 2 * HOUR,
         -MINUTE, -HOUR, -5 * HOUR, YEAR, -YEAR)  # fmt: skip

# What articles say about where they come from.
EVIDENCE: tuple[dict[str, Any], ...] = (
    {}, {}, {}, {"credit": "Reuters"}, {"credit": "AFP"}, {"syndicated_from": "b.example"},
    {"published_at": "2026-03-02T11:59:30Z"}, {"published_at": "2026-03-02T09:00:01Z"},
    {"embargoed_until": "2026-03-03T00:00:00Z"}, {"parent_id": "0" * 32},
    {"version": "2"}, {"version": "3"}, {"version": "10"}, {"version": "2026-03-02T11:00:00Z"},
    {"title": "Harbour closed"}, {"title": "Minister resigns"}, {"title": "Zebra escapes"},
)  # fmt: skip

# An agency's report and its copies, over a longer time than the first of them stay in the window.
STEADY = (SECOND, 10 * MINUTE, 20 * MINUTE, 20 * MINUTE, 40 * MINUTE, -MINUTE)
OF_AGENCY: tuple[dict[str, Any], ...] = (
    {}, {}, {"credit": "Reuters"}, {"credit": "AFP"}, {"source": "afp.com", "credit": "AFP"},
)  # fmt: skip

ordinary = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


FAMILY = 14  # texts, of which the first are copies of each other
COPIES = 4


def notice(seed: int, day: int) -> str:
    """A template's text: each day has different numbers in the same places."""
    words = cut(story(seed + 70, 90), 90).lower().split()
    words[5:90:9] = [str(1000 * day + 17 * place) for place in range(len(words[5:90:9]))]
    return " ".join(words)


@cache
def texts() -> tuple[list[str], Sketches]:
    """Four families of texts that resemble each other in every way, and their sketches."""
    made: list[str] = []
    for seed in range(4):
        told, other = story(seed, 120), story(seed + 1, 120)
        made += [told, edited(told, 0.04), edited(told, 0.04, 2), edited(told, 0.2, 3)]
        made += [cut(told, 40), f"{told} {story(seed + 10, 150)}", f"{told} {other}"]
        made += [cut(told, 12), cut(told, 70), f"{cut(told, 50)} {cut(other, 50)}"]
        made += [notice(seed, day) for day in range(2)]
        words, own = (
            told.split(),
            story(seed + 30, 50),
        )  # two excerpts that only the whole text links
        made += [" ".join([*words[:78], *own.split()[:25]])]
        made += [" ".join([*words[-78:], *own.split()[25:]])]
    return made, sketch_texts(made)


class Log:
    """Records of one shard's input, and the entry of each."""

    def __init__(self, arrivals: list[Arrival], entries: Entries) -> None:
        self.arrivals, self.entries = arrivals, entries

    def __repr__(self) -> str:
        """Short enough that a failure can be read."""
        return "\n".join(
            f"{a.offset}: item {a.article['producer_id']}, {a.article['status']},"
            f" {a.article['text'][:20]!r} ({len(a.article['text'])}),"
            f" {(a.time - NOON) / MINUTE:.2f} min, notice {a.notice}"
            for a in self.arrivals
        )

    def chunk(self, first: int, last: int) -> ArticleColumns:
        part = self.arrivals[first:last]
        return ArticleColumns(
            values=[a.value for a in part],
            entries=self.entries[first:last],
            times=[a.time for a in part],
            offsets=[a.offset for a in part],
            notices=[a.notice for a in part],
        )

    def chunks(self, cuts: list[int]) -> list[ArticleColumns]:
        """Cut into chunks of these sizes, over and over."""
        made: list[ArticleColumns] = []
        first = 0
        while first < len(self.arrivals):
            last = first + cuts[len(made) % len(cuts)]
            made.append(self.chunk(first, last))
            first = last
        return made


@st.composite
def logs(draw: st.DrawFn) -> Log:
    one_story = draw(st.booleans())
    items = draw(st.integers(16 if one_story else 1, 24))
    steps, evidence = (STEADY, OF_AGENCY) if one_story else (STEPS, EVIDENCE)
    texts_told = COPIES if one_story else FAMILY * draw(st.integers(1, 4))
    records = draw(
        st.lists(
            st.tuples(
                st.integers(0, items - 1),
                st.integers(0, texts_told - 1),
                st.sampled_from(["usable"] * 8 + ["canceled", "canceled", "withheld"]),
                st.integers(0, 3),
                st.sampled_from(steps),
                st.integers(1, 3),
                st.sampled_from(evidence),
            ),
            min_size=40 if one_story else 10,
            max_size=60,
        )
    )
    made, sketches = texts()
    arrivals, places, now, offset = [], [], NOON, 0
    for item, text, status, source, step, gap, says in records:
        now, offset = now + step, offset + gap
        fields = {"source": [None, "a.example", "b.example", "reuters.com"][source], **says}
        told = article(str(item), made[text], status=status, **fields)
        arrivals.append(Arrival(told, now, offset, status == "canceled" and source == 0))
        places.append(text)
    return Log(arrivals, entries_of([a.fields for a in arrivals], sketches[places]))


cuts = st.lists(st.integers(1, 25), min_size=1, max_size=8)
parameters = st.sampled_from([SMALL, SHORT, FEW])


def published(decisions: list[Decision]) -> dict[str, Any]:
    """All outputs, with each story in its last state."""
    return {
        "enriched": [value for d in decisions for value in d.enriched],
        "relations": [relation for d in decisions for relation in d.relations],
        "redeliveries": sum(d.redeliveries for d in decisions),
        "outdated": sum(d.outdated for d in decisions),
        "events": [event for d in decisions for event in d.events],
        "stories": {s[0]: s for d in decisions for s in d.stories},
    }


def worked(chunks: list[ArticleColumns], of: Parameters, state: ShardState | None = None) -> Desk:
    desk = Desk(of)
    desk.state = state or desk.state
    for chunk in chunks:
        desk.decide(chunk)
    return desk


def recovered(segments: list[Segment], of: Parameters) -> ShardState:
    state = ShardState(of)
    for segment in segments:
        state.apply(segment)
    return state


def of_the_window(segments: list[Segment], of: Parameters) -> list[Segment]:
    """The segments from the first one that has a row in the last one's window."""
    start = segments[-1].clock - of.window_milliseconds
    return [segment for segment in segments if segment.latest >= start]


@ordinary
@given(logs(), cuts, parameters)
def test_verdicts_do_not_depend_on_where_the_log_is_cut(
    log: Log, cuts: list[int], of: Parameters
) -> None:
    single, cut_up = worked(log.chunks([1]), of), worked(log.chunks(cuts), of)
    assert published(cut_up.decisions) == published(single.decisions)
    assert remembered(cut_up.state) == remembered(single.state)


@ordinary
@given(logs(), cuts, parameters, st.integers(0, 60))
def test_a_recovered_shard_equals_the_one_before(
    log: Log, cuts: list[int], of: Parameters, crash: int
) -> None:
    chunks = log.chunks(cuts)
    crash = 1 + crash % len(chunks)
    live = worked(chunks[:crash], of)
    segments = [decode_segment(data) for data in live.segments]
    undisturbed = worked(chunks[crash:], of, state=recovered(segments, of))
    assert remembered(recovered(segments, of)) == remembered(live.state)
    from_window = recovered(of_the_window(segments, of), of)
    assert remembered(from_window) == remembered(live.state)
    rest = worked(chunks[crash:], of, state=from_window)
    for chunk in chunks[crash:]:
        live.decide(chunk)
    assert published(rest.decisions) == published(live.decisions[crash:])
    assert published(undisturbed.decisions) == published(live.decisions[crash:])
    assert remembered(rest.state) == remembered(live.state)


@ordinary
@given(logs(), cuts, parameters, st.integers(1, 2))
def test_story_id_and_sequence_name_one_event_forever(
    log: Log, cuts: list[int], of: Parameters, times: int
) -> None:
    """Also where articles come again after the window has forgotten them, with the times that they
    had: the whole log, say, after offsets were set back."""
    again = [
        Arrival(a.article, a.time, a.offset + n * 1000, a.notice)
        for n in range(times + 1)
        for a in log.arrivals
    ]
    whole = Log(again, np.concatenate([log.entries] * (times + 1)))
    decisions = worked(whole.chunks(cuts), of).decisions
    named = [event[:2] for d in decisions for event in d.events]
    assert len(named) == len(set(named))


@ordinary
@given(logs(), cuts, parameters)
def test_events_add_up_to_stories_whose_counts_are_possible(
    log: Log, cuts: list[int], of: Parameters
) -> None:
    decisions = worked(log.chunks(cuts), of).decisions
    stories = {s[0]: orjson.loads(s[-1]) for d in decisions for s in d.stories}
    assert replay_events(orjson.loads(e[-1]) for d in decisions for e in d.events) == stories
    for record in stories.values():
        Story.model_validate(record)
        assert record["copies"] < record["articles"]
        named = sum(publisher["articles"] for publisher in record["publishers"])
        assert named <= record["articles"]


@ordinary
@given(logs(), cuts, parameters)
def test_a_chunk_decided_twice_has_the_same_outputs(
    log: Log, cuts: list[int], of: Parameters
) -> None:
    state, writer = ShardState(of), VerdictWriter(of)
    for chunk in log.chunks(cuts):
        before = orjson.dumps({n.hex(): s.record for n, s in state.stories.items()})
        lost, decision = decide(state, chunk, writer), decide(state, chunk, writer)
        assert orjson.dumps({n.hex(): s.record for n, s in state.stories.items()}) == before
        assert published([lost]) == published([decision])
        assert encode_segment(lost.segment) == encode_segment(decision.segment)
        state.apply(decision.segment)
