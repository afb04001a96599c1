"""Full-text search: what is written into the index, and how a reader's words become its query.

Both databases index the same words: lower case, without accents, and single characters for scripts
without spaces between words. SQLite's index stores no texts; to remove an article, its
words are given again. In PostgreSQL, phrases are found in the first 16,383 words of a text, and a
word's places beyond its 255th are not known.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, Select, bindparam, literal_column, select, text

from streams.desk.new_rows import copy_rows
from streams.desk.word_lists import LONGEST_BYTES, WORD, copied_rows

# Text beyond this is not searchable. The longest news articles have a tenth of it.
INDEXED_LETTERS = 200_000
_FOLDED_LETTERS = 3 * INDEXED_LETTERS  # a Korean syllable is three letters; a ligature may be 18
MOST_WORDS = 12

_UNSPACED = re.compile(r"([\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff])")
_TERM = re.compile(r'(-?)"([^"]*)"|(-?)([^\s"]+)')

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
    return _UNSPACED.sub(r" \1 ", plain.casefold()[:_FOLDED_LETTERS])


def words_of(text: str) -> list[str]:
    """The words of a text, as in the index."""
    return WORD.findall(folded(text))


def add(connection: Connection, entries: Sequence[Indexed]) -> None:
    """Put articles into the index that are not in it."""
    if not entries:
        return
    rows = ((n, folded(title), folded(body)) for n, title, body in entries)
    if connection.dialect.name == "sqlite":
        statement = "INSERT INTO search (rowid, title, body) VALUES (:n, :title, :body)"
        _execute(connection, statement, rows)
    else:
        # Words that gathered are sorted into the index in one go: a tenth less time than in parts.
        connection.execute(text("SET LOCAL work_mem = '96MB'"))
        statement = "COPY search (n, words) FROM STDIN (FORMAT BINARY)"
        copy_rows(connection, statement, copied_rows(rows))


def remove(connection: Connection, entries: Sequence[Indexed]) -> None:
    """Remove articles; SQLite needs the very words that were inserted."""
    if not entries:
        return
    if connection.dialect.name == "sqlite":
        rows = ((n, folded(title), folded(body)) for n, title, body in entries)
        statement = (
            "INSERT INTO search (search, rowid, title, body) VALUES ('delete', :n, :title, :body)"
        )
        _execute(connection, statement, rows)
    else:
        gone = [n for n, _, _ in entries]
        connection.execute(text("DELETE FROM search WHERE n = ANY(:gone)"), {"gone": gone})


def _execute(connection: Connection, statement: str, rows: Iterable[Indexed]) -> None:
    found = [{"n": n, "title": title, "body": body} for n, title, body in rows]
    connection.execute(text(statement), found)


class NothingToFindError(ValueError):
    """A query without a word to search for; the message says so."""


def terms(query: str) -> tuple[list[list[str]], list[list[str]]]:
    """What a text must and must not have: phrases as lists of words. A star ends a prefix.

    Raises NothingToFindError.
    """
    wanted: list[list[str]] = []
    unwanted: list[list[str]] = []
    for quoted_minus, quoted, minus, word in _TERM.findall(query):
        words = WORD.findall(folded(quoted or word))
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
        return _selected("n", "words @@ CAST(:words AS tsquery)", postgres_query(query))
    wanted, unwanted = terms(query)
    expression = " AND ".join(map(_lite, wanted))
    expression += "".join(f" NOT {_lite(words)}" for words in unwanted)
    return _selected("rowid", "search MATCH :words", expression)


def postgres_query(query: str) -> str:
    """A query as a `tsquery` is written. Raises NothingToFindError."""
    wanted, unwanted = terms(query)
    if any(len(word.encode()) > LONGEST_BYTES for words in wanted + unwanted for word in words):
        raise NothingToFindError("expected shorter words")
    return " & ".join([*map(_postgres, wanted), *(f"!{_postgres(w)}" for w in unwanted)])


def any_phrase(dialect: str, phrases: Sequence[Sequence[str]]) -> Select[Any]:
    """SELECT n of the articles that have any of these phrases, lists of folded words."""
    if dialect == "sqlite":
        return _selected("rowid", "search MATCH :words", " OR ".join(map(_lite, phrases)))
    fitting = [p for p in phrases if max(len(word.encode()) for word in p) <= LONGEST_BYTES]
    expression = " | ".join(map(_postgres, fitting)) or "''"
    return _selected("n", "words @@ CAST(:words AS tsquery)", expression)


def _selected(column: str, condition: str, words: str) -> Select[Any]:
    found: Select[Any] = select(literal_column(column).label("n")).select_from(text("search"))
    return found.where(text(condition).bindparams(bindparam("words", words, unique=False)))


def _lite(words: Sequence[str]) -> str:
    phrase = " ".join(word.rstrip("*") for word in words)
    return f'"{phrase}"' + ("*" if words[-1].endswith("*") else "")


def _postgres(words: Sequence[str]) -> str:
    return "(" + " <-> ".join(re.sub(r"(\w+)(\*?)", _quoted, word) for word in words) + ")"


def _quoted(word: re.Match[str]) -> str:
    return f"'{word[1]}'" + (":*" if word[2] else "")


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
        for match in WORD.finditer(body[:INDEXED_LETTERS])
        if (word := folded(match[0]).strip()) in sought
        or (starred and word.startswith(starred))
        or not sought.isdisjoint(word.split())
    ]
    start = max(0, spots[0][0] - letters // 3) if spots else 0
    start = body.rfind(" ", 0, start) + 1 if start else 0
    end = min(len(body), start + letters - 2)  # with two ellipses
    end = end if end == len(body) else max(body.rfind(" ", start, end), start + letters // 2)
    cuts = [start, *(place for spot in spots for place in spot if start < place < end), end]
    marked = {spot[0] for spot in spots}
    found = [(body[a:b], a in marked) for a, b in pairwise(cuts) if a < b]
    before = [("…", False)] if start else []
    return before + found + ([("…", False)] if end < len(body) else [])
