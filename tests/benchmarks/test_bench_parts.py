"""The comparison rests on sound parts: its articles are as claimed, its arithmetic is right."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import orjson
import pytest

from schemas import RawArticle
from streams.articles.normalise import decode_chunk
from streams.kafka.raw_record import RawRecord
from tests.benchmarks.articles import (
    CHANGED_SHARE,
    COPY_SHARE,
    FARTHEST,
    NEAREST,
    TEXT_BYTES_MEAN,
    Article,
    Corpus,
    make_articles,
    read_corpus,
    write_events,
)
from tests.benchmarks.figures import copies_found, latencies, medians, percentile
from tests.benchmarks.html_pages import as_texts, html_of, of_one_article
from tests.benchmarks.load import NUMBER, SENT_NS, stamp

COUNT = 3000
MS = 1_000_000


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return read_corpus(None)


@pytest.fixture(scope="module")
def articles(corpus: Corpus) -> list[Article]:
    return list(make_articles(corpus, COUNT, seed=1))


def test_the_same_seed_makes_the_same_articles(corpus: Corpus, articles: list[Article]) -> None:
    assert list(make_articles(corpus, COUNT, seed=1)) == articles


def test_another_seed_makes_others(corpus: Corpus, articles: list[Article]) -> None:
    assert list(make_articles(corpus, COUNT, seed=2)) != articles


def test_fewer_articles_are_the_first_of_more(corpus: Corpus, articles: list[Article]) -> None:
    assert list(make_articles(corpus, 500, seed=1)) == articles[:500]


def test_texts_are_two_kilobytes_on_average(articles: list[Article]) -> None:
    sizes = [len(orjson.loads(article.event())["text"].encode()) for article in articles]
    assert np.mean(sizes) == pytest.approx(TEXT_BYTES_MEAN, rel=0.05)
    assert min(sizes) > TEXT_BYTES_MEAN * 0.4
    assert max(sizes) < TEXT_BYTES_MEAN * 1.7


def test_the_known_share_are_copies(articles: list[Article]) -> None:
    copies = sum(article.original is not None for article in articles)
    assert copies / COUNT == pytest.approx(COPY_SHARE, abs=0.03)


def test_a_copy_has_another_publisher_and_a_few_other_words(articles: list[Article]) -> None:
    for copy in articles:
        if copy.original is None:
            continue
        original = articles[copy.original]
        assert original.original is None
        assert original.source != copy.source
        changed = sum(a != b for a, b in zip(original.words, copy.words, strict=True))
        assert 0 < changed <= round(CHANGED_SHARE * len(original.words))


def test_a_copy_follows_its_original_at_some_distance(articles: list[Article]) -> None:
    places = {a.number: n for n, a in enumerate(a for a in articles if a.original is None)}
    made = 0
    for article in articles:
        if article.original is None:
            made += 1
        else:
            assert NEAREST <= made - places[article.original] <= FARTHEST


def test_originals_share_next_to_nothing(articles: list[Article]) -> None:
    """Else every contestant would drown in copies that nobody asked for."""
    made = [a for a in articles if a.original is None][-300:]
    runs = [{tuple(a.words[i : i + 3]) for i in range(len(a.words) - 2)} for a in made]
    worst = max(len(a & b) / len(a | b) for n, a in enumerate(runs) for b in runs[:n])
    assert worst < 0.2


def test_every_event_is_a_raw_article_with_an_id_of_its_own(articles: list[Article]) -> None:
    read = [RawArticle.model_validate_json(article.event()) for article in articles]
    assert len({article.id for article in read}) == COUNT


def pages_among(events: list[bytes]) -> int:
    records = [RawRecord("", 0, n, 0, 0, False, None, event, ()) for n, event in enumerate(events)]
    return len(decode_chunk(records, 1 << 20).pages)


def test_events_are_written_with_their_originals_and_none_is_a_page(
    corpus: Corpus, articles: list[Article], tmp_path: Path
) -> None:
    originals = write_events(corpus, 500, 1, tmp_path / "events.jsonl")
    lines = (tmp_path / "events.jsonl").read_bytes().splitlines()
    assert pages_among([article.event() for article in articles[:500]]) > 0
    assert pages_among(lines) == 0
    assert [int(orjson.loads(line)["attributes"]["number"]) for line in lines] == [*range(500)]
    written = [orjson.loads(line) for line in lines]
    assert len(originals) / 500 == pytest.approx(COPY_SHARE, abs=0.06)
    for copy, original in originals.items():
        assert original < copy
        assert written[original]["title"] == written[copy]["title"]
        assert written[original]["source"] != written[copy]["source"]


def test_lines_without_an_english_article_are_passed_over(tmp_path: Path) -> None:
    french, english = '{"text": "non", "language": "fr"}', '{"text": "yes sir"}'
    lines = ["{", '["a"]', '{"text": 5}', french, english]
    (tmp_path / "in.jsonl").write_text("\n".join(lines))
    assert read_corpus(tmp_path / "in.jsonl") == Corpus(["yes", "sir"])


def test_an_input_without_texts_is_refused(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text("{}\n")
    with pytest.raises(ValueError, match="no line"):
        read_corpus(tmp_path / "in.jsonl")


def test_the_send_time_is_written_into_an_event_and_found_again(articles: list[Article]) -> None:
    event = stamp(articles[7].event(), 1_772_427_840_123_456_789)
    spaced = json.dumps(orjson.loads(event)).encode()
    for value in (event, spaced):
        number, sent = NUMBER.search(value), SENT_NS.search(value)
        assert number is not None
        assert sent is not None
        assert (int(number[1]), int(sent[1])) == (7, 1_772_427_840_123_456_789)


@pytest.mark.parametrize(
    ("percent", "expected"), [(0, 1), (50, 50), (50.5, 51), (95, 95), (99, 99), (100, 100)]
)
def test_a_percentile_is_the_value_of_the_nearest_rank(percent: float, expected: float) -> None:
    values = np.random.default_rng(0).permutation(np.arange(1, 101))
    assert percentile(values, percent) == expected


def test_an_empty_list_has_no_percentile() -> None:
    assert percentile(np.array([], np.int64), 99) is None


def test_latencies_are_of_the_articles_sent_in_the_period() -> None:
    sent = np.array([0, 100, 200, 300, 400, 500, 600]) * MS
    took = np.array([90, 1, 2, 3, 4, 5, 90]) * MS
    found = latencies(sent, sent + took, 100 * MS, 600 * MS)
    assert (found.p50, found.p95, found.p99, found.max) == (3, 5, 5, 5)
    # Thirds of 166.7 ms: sent at 100 and 200, at 300 and 400, at 500.
    assert found.p99_of_thirds == [2, 4, 5]
    assert found.unanswered == 0


def test_articles_that_never_arrived_are_counted_and_not_averaged() -> None:
    sent = np.array([100, 200, 300]) * MS
    received = np.array([101 * MS, 0, 0])
    found = latencies(sent, received, 100 * MS, 400 * MS)
    assert found.unanswered == 2
    assert found.max == 1
    assert found.p99_of_thirds == [1, None, None]


def test_a_pair_is_found_whichever_of_the_two_came_first() -> None:
    verdicts = [(0, "a", []), (1, "b", ["a"]), (2, "c", ["d"]), (3, "d", []), (4, "e", ["a", "x"])]
    assert copies_found(verdicts, {1: 0}) == 1
    assert copies_found(verdicts, {3: 2}) == 1
    assert copies_found(verdicts, {1: 0, 4: 3}) == 0.5
    assert copies_found(verdicts, {}) is None


def test_medians_are_of_each_figure_over_the_rounds() -> None:
    rounds: list[dict[str, float | None]] = [
        {"a": 1.0, "b": None},
        {"a": 3.0, "b": 2.0},
        {"a": 2.0, "b": 2.0},
    ]
    assert medians(rounds) == {"a": 2.0, "b": None}


def test_pages_are_taken_of_which_both_readers_make_one_article(tmp_path: Path) -> None:
    paragraphs = "".join(
        f"<p>{'The council met again on Monday to talk. ' * 3}{n}</p>" for n in range(9)
    )
    story = f"<html><body><h1>Council meets</h1><article>{paragraphs}</article></body></html>"
    lines = [{"html": story}, {"html": "<p>short</p>"}, {"html": None}, {"text": "none"}]
    file = tmp_path / "pages.jsonl"
    file.write_bytes(b"\n".join(map(orjson.dumps, lines)))
    assert list(html_of(file)) == [story, "<p>short</p>"]
    assert list(of_one_article(html_of(file))) == [story]


def test_texts_of_pages_are_taken_that_are_known_for_pages() -> None:
    sentences = "The council met again on Monday, and it talked about the bridge for hours. "
    paragraphs = "".join(f"<p>{sentences * 3}{n}</p>" for n in range(9))
    names = ("Home", "News", "Sport", "Politics", "Weather", "Subscribe", "Sign in", "Contact us")
    menu = "".join(f"<li><a href='/{name}'>{name}</a></li>" for name in names * 3)
    story = f"<h1>Council meets</h1>{paragraphs}"
    page = f"<html><body><ul>{menu}</ul>{story}<ul>{menu}</ul></body></html>"
    (text,) = as_texts([page, f"<html><body>{story}</body></html>", f"<ul>{menu}</ul>"])
    assert "Subscribe" in text
    assert "for hours" in text
