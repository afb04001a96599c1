"""Queries find what people mean by them, in both databases alike."""

from __future__ import annotations

import contextlib

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import func, select

from streams.desk.database import Database
from streams.desk.queries import search
from streams.desk.queries.search import among_found
from streams.desk.search_index import (
    NothingToFindError,
    add,
    any_phrase,
    excerpt,
    folded,
    matching,
    postgres_query,
    remove,
)
from streams.desk.tables import article
from tests.desk.newsroom import raw, records_of, take_in

ENTRIES = [
    (1, "Crane collapse halts ferries", "Harbour master Karin Lindqvist told Reuters on Tuesday."),
    (2, "À Nantes, des boulangers", "Les boulangers unis jettent deux fois moins de pain."),
    (3, "廃業寸前の温泉", "地震予測の観測点として再生した。"),
    (4, "Ferry strike ends", "The crane was not mentioned; master bakers were."),
    (5, "U.S. dollar at 1e5", "A state-of-the-art A-320 of www.wire.example/news lands_here."),
]


@pytest.fixture
def filled(database: Database) -> Database:
    with database.writing() as connection:
        add(connection, ENTRIES)
    return database


def found(database: Database, query: str) -> list[int]:
    with database.reading() as connection:
        hits = matching(connection.dialect.name, query).subquery()
        return sorted(connection.scalars(select(hits.c.n)))


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("crane", [1, 4]),
        ("CRANE ferries", [1]),
        ("crane -strike", [1]),
        ('"harbour master"', [1]),
        ('"master harbour"', []),
        ("a nantes", [2]),
        ("NANTES", [2]),
        ("ferr*", [1, 4]),
        ("観測点", [3]),
        ("点観測", []),
        ("ferry OR crane", []),
        ("crane; DROP TABLE article --", []),
        ("(crane", [1, 4]),
        ("crane\x00", [1, 4]),
        ('"u.s. dollar"', [5]),
        ('"state of the art"', [5]),
        ('"the art a 320"', [5]),
        ('"wire example news"', [5]),
        ("1e5", [5]),
        ("320", [5]),
        ('"at 1e5 a state"', []),
        ('"ends the crane"', []),
    ],
)
def test_a_query_finds(filled: Database, query: str, numbers: list[int]) -> None:
    assert found(filled, query) == numbers


@pytest.mark.parametrize("query", ["", "  ", "-crane", '""', "***", "—!"])
def test_a_query_without_a_word_is_refused(query: str) -> None:
    with pytest.raises(NothingToFindError, match="at least one word"):
        matching("sqlite", query)


@given(query=st.text(max_size=60))
@settings(max_examples=60, suppress_health_check=list(HealthCheck))
def test_no_search_is_an_error(filled: Database, query: str) -> None:
    with contextlib.suppress(NothingToFindError):
        found(filled, query)


def test_words_that_were_taken_out_are_not_found(filled: Database) -> None:
    with filled.writing() as connection:
        remove(connection, ENTRIES[:1])
    assert found(filled, "crane") == [4]
    assert found(filled, "lindqvist") == []


def test_any_of_several_phrases(filled: Database) -> None:
    with filled.reading() as connection:
        phrases = [["told", "reuters", "on"], ["deux", "fois", "moins"], ["not", "there"]]
        hits = any_phrase(connection.dialect.name, phrases).subquery()
        assert connection.scalar(select(func.count()).select_from(hits)) == 2


def test_texts_at_the_limits_of_postgresqls_word_lists_are_found(database: Database) -> None:
    texts = [
        "the " * 400 + "end of the repetition",
        "x" * 5000 + " after a long word",
        "word " * 17_000 + "last",
        "\ufdfa" * 200_000,
        " ".join(chr(0xAC00 + n % 11_000) * 3 + str(n) for n in range(30_000)),
    ]
    with database.writing() as connection:
        add(connection, [(n, "", text) for n, text in enumerate(texts)])
    assert found(database, '"the end"') == ([0] if database.is_sqlite else [])
    assert found(database, '"of the repetition"') == ([0] if database.is_sqlite else [])
    assert found(database, "repetition") == [0]
    assert found(database, '"after a long"') == [1]
    assert found(database, "last") == [2]
    assert found(database, "\uac00\uac00\uac000") == [4]


def test_folding_is_for_accents_and_case() -> None:
    assert folded("Élan ÄÖÜ ß") == "elan aou ss"


def test_an_excerpt_shows_the_words_that_were_found() -> None:
    pieces = excerpt("x " * 200 + "The Crane fell. " + "y " * 200, "crane")
    assert ("Crane", True) in pieces
    assert pieces[0] == pieces[-1] == ("…", False)
    assert sum(len(piece) for piece, _ in pieces) <= 240
    assert excerpt("Nothing of it", "crane") == [("Nothing of it", False)]


def test_frequent_and_rare_words_are_found_alike(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL reads articles for the first, and the index for the second."""
    take_in(database, records_of([raw(n, f"{n}.example", title=f"Number n{n}") for n in range(6)]))
    found = []
    for frequent in (-1.0, 2.0):
        monkeypatch.setattr(search, "_FREQUENT", frequent)
        with database.reading() as connection:
            rows = connection.execute(
                select(article.c.source).where(among_found(connection, "ferry -n3"))
            )
            found.append(sorted(row.source for row in rows))
    assert found[0] == found[1] == [f"{n}.example" for n in (0, 1, 2, 4, 5)]


def test_a_phrase_of_frequent_words_is_found_in_the_newest_articles(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL reads so many of them; SQLite's index has all of them."""
    with database.writing() as connection:
        add(connection, [(n, "", "of the lake" if n % 2 else "the lake of") for n in range(10)])
    monkeypatch.setattr(search, "PHRASE_ARTICLES", 4)
    found = []
    for frequent in (0.0, 1.0):
        monkeypatch.setattr(search, "_FREQUENT_PHRASE", frequent)
        with database.reading() as connection:
            if database.is_sqlite:
                hits = matching("sqlite", '"of the"').subquery()
                found.append(sorted(connection.scalars(select(hits.c.n))))
            else:
                found.append(sorted(search._found(connection, postgres_query('"of the"'))))
    everything = [1, 3, 5, 7, 9]
    assert found == [everything if database.is_sqlite else [7, 9], everything]
