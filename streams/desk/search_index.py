"""Full-text search: what is written into the index, and how a reader's words become its query.

Both databases index the same words: lower case, without accents, and single characters for scripts
without spaces between words. SQLite's index stores no texts; to remove an article, its
words are given again.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, Select, bindparam, literal_column, select, text

# Text beyond this is not searchable. The longest news articles have a tenth of it.
INDEXED_LETTERS = 200_000
MOST_WORDS = 12

_UNSPACED = re.compile(r"([\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff])")
_TERM = re.compile(r'(-?)"([^"]*)"|(-?)([^\s"]+)')
_WORD = re.compile(r"\w+")

# (n, title, body), as returned by `folded`.
Indexed = tuple[int, str, str]


@lru_cache(maxsize=1)
def _combining() -> re.Pattern[str]:
    """Accents and other marks that combine with another character: several in one go."""
    marks = (chr(n) for n in range(0x300, 0x1FFFF) if unicodedata.combining(chr(n)))
    return re.compile(f"[{''.join(marks)}]+")


def folded(words: str) -> str:
    """Lower case without accents; a space on both sides of each CJK or Thai character."""
    words = words[:INDEXED_LETTERS]
    if words.isascii():
        return words.lower()
    plain = _combining().sub("", unicodedata.normalize("NFKD", words))
    return _UNSPACED.sub(r" \1 ", plain.casefold())


def words_of(text: str) -> list[str]:
    """The words of a text, as in the index."""
    return _WORD.findall(folded(text))


def add(connection: Connection, entries: Sequence[Indexed]) -> None:
    """Put articles into the index."""
    _execute(
        connection,
        entries,
        "INSERT INTO search (rowid, title, body) VALUES (:n, :title, :body)",
        "INSERT INTO search (n, words) VALUES (:n, setweight(to_tsvector('simple', :title), 'A')"
        " || to_tsvector('simple', :body)) ON CONFLICT (n) DO UPDATE SET words = excluded.words",
    )


def remove(connection: Connection, entries: Sequence[Indexed]) -> None:
    """Remove articles; SQLite needs the very words that were inserted."""
    _execute(
        connection,
        entries,
        "INSERT INTO search (search, rowid, title, body) VALUES ('delete', :n, :title, :body)",
        "DELETE FROM search WHERE n = :n AND (CAST(:title AS text) IS NOT NULL)"
        " AND (CAST(:body AS text) IS NOT NULL)",
    )


def _execute(connection: Connection, entries: Sequence[Indexed], lite: str, postgres: str) -> None:
    if entries:
        statement = text(lite if connection.dialect.name == "sqlite" else postgres)
        rows = [
            {"n": n, "title": folded(title), "body": folded(body)} for n, title, body in entries
        ]
        connection.execute(statement, rows)


class NothingToFindError(ValueError):
    """A query without a word to search for; the message says so."""


def terms(query: str) -> tuple[list[list[str]], list[list[str]]]:
    """What a text must and must not have: phrases as lists of words. A star ends a prefix.

    Raises NothingToFindError.
    """
    wanted: list[list[str]] = []
    unwanted: list[list[str]] = []
    for quoted_minus, quoted, minus, word in _TERM.findall(query):
        words = _WORD.findall(folded(quoted or word))
        if words and word.endswith("*"):
            words[-1] += "*"
        if words:
            (unwanted if quoted_minus or minus else wanted).append(words)
    if not wanted:
        raise NothingToFindError("expected at least one word to look for")
    return wanted[:MOST_WORDS], unwanted[:MOST_WORDS]


def matching(dialect: str, query: str) -> Select[Any]:
    """SELECT n of the articles that a query finds. Raises NothingToFindError."""
    if dialect != "sqlite":
        return _selected("n", "words @@ to_tsquery('simple', :words)", postgres_query(query))
    wanted, unwanted = terms(query)
    expression = " AND ".join(map(_lite, wanted))
    expression += "".join(f" NOT {_lite(words)}" for words in unwanted)
    return _selected("rowid", "search MATCH :words", expression)


def postgres_query(query: str) -> str:
    """A query as `to_tsquery` reads it. Raises NothingToFindError."""
    wanted, unwanted = terms(query)
    return " & ".join([*map(_postgres, wanted), *(f"!{_postgres(w)}" for w in unwanted)])


def any_phrase(dialect: str, phrases: Sequence[Sequence[str]]) -> Select[Any]:
    """SELECT n of the articles that have any of these phrases, lists of folded words."""
    if dialect == "sqlite":
        return _selected("rowid", "search MATCH :words", " OR ".join(map(_lite, phrases)))
    expression = " | ".join(map(_postgres, phrases))
    return _selected("n", "words @@ to_tsquery('simple', :words)", expression)


def _selected(column: str, condition: str, words: str) -> Select[Any]:
    found: Select[Any] = select(literal_column(column).label("n")).select_from(text("search"))
    return found.where(text(condition).bindparams(bindparam("words", words, unique=False)))


def _lite(words: Sequence[str]) -> str:
    phrase = " ".join(word.rstrip("*") for word in words)
    return f'"{phrase}"' + ("*" if words[-1].endswith("*") else "")


def _postgres(words: Sequence[str]) -> str:
    return "(" + " <-> ".join(re.sub(r"(.+)\*$", r"\1:*", word) for word in words) + ")"


def excerpt(body: str, query: str, letters: int = 240) -> list[tuple[str, bool]]:
    """The passage of a text with the first hit, cut into (piece, whether it is a hit)."""
    try:
        wanted, _ = terms(query)
    except NothingToFindError:
        return []
    sought = {word.rstrip("*") for words in wanted for word in words}
    starred = tuple(w.rstrip("*") for words in wanted for w in words if w.endswith("*"))
    spots = [
        match.span()
        for match in _WORD.finditer(body[:INDEXED_LETTERS])
        if (word := folded(match[0]).strip()) in sought
        or (starred and word.startswith(starred))
        or not sought.isdisjoint(word.split())
    ]
    start = max(0, spots[0][0] - letters // 3) if spots else 0
    start = body.rfind(" ", 0, start) + 1 if start else 0
    end = min(len(body), start + letters)
    end = end if end == len(body) else max(body.rfind(" ", start, end), start + letters // 2)
    cuts = [start, *(place for spot in spots for place in spot if start < place < end), end]
    marked = {spot[0] for spot in spots}
    return [(body[a:b], a in marked) for a, b in pairwise(cuts) if a < b]
