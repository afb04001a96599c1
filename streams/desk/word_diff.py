"""Two texts word by word: what is the same, cut, added, and moved; which numbers and names differ.

Words are compared by keys: lower case, with quotation marks and dashes unified,
or exactly as written. A paragraph's end is a word, too, so that rows of the two columns
begin together if both texts have one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from streams.desk.paragraphs import ends_paragraph
from streams.desk.word_runs import moved, runs_of, without_crumbs
from streams.desk.words import UNSPACED, letters, marks, single

# Words beyond this are not compared: two texts of a book's length would take minutes.
MOST_WORDS = 10_000
_PARAGRAPH = "\u00b6"
_MARKS = str.maketrans(
    {
        **dict.fromkeys(
            "\u201c\u201d\u201e\u201f\u00ab\u00bb\u2018\u2019\u201a\u2039\u203a`'", '"'
        ),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"),
    }
)

Kind = Literal["same", "cut", "added", "moved"]
Fact = Literal["number", "name"]


@dataclass(frozen=True, slots=True)
class Word:
    """A word as written, with the spaces before it, and the key that it is compared by."""

    written: str
    blank: str
    key: str
    opens: bool  # the first of a sentence: its capital means nothing


@dataclass(slots=True)
class Piece:
    """Consecutive words with the same fate; `move` numbers moved passages, the same on both sides.

    `facts` has (from, to, what) of characters in `text`: numbers and names that the other side's
    changes do not have.
    """

    kind: Kind
    text: str
    move: int | None = None
    facts: list[tuple[int, int, Fact]] = field(default_factory=list)


@dataclass(slots=True)
class Row:
    """A stretch of both texts between two paragraph ends that they share."""

    left: list[Piece] = field(default_factory=list)
    right: list[Piece] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        """Whether the two sides differ."""
        return any(piece.kind != "same" for piece in (*self.left, *self.right))


@dataclass(slots=True)
class Comparison:
    """The rows; how many words are the same, cut, added and moved; whether all were compared."""

    rows: list[Row]
    same: int = 0
    cut: int = 0
    added: int = 0
    moved: int = 0
    whole: bool = True


@lru_cache(maxsize=1)
def _word() -> re.Pattern[str]:
    """A line's end, a word, a number, or a sign; blanks of a line are passed once."""
    word, rest = letters(r"\d" + UNSPACED), letters(r"\d")
    return re.compile(
        rf"(?<!\s)\s*\n\s*|{single()}|\d+(?:[.,:]\d+)*|{word}(?:['\u2019]{rest})*"
        rf"|[^\w\s][{marks()}]*"
    )


def words_of(text: str, *, exact: bool) -> tuple[list[Word], bool]:
    """The words of a text, and whether these are all."""
    found: list[Word] = []
    end, opens = 0, True
    for match in _word().finditer(text):
        if len(found) == MOST_WORDS:
            return found, False
        written = match[0]
        if written.isspace():
            if not ends_paragraph(text, match.start(), match.end()):
                continue
            found.append(Word("\n\n", "", _PARAGRAPH, opens=True))
            opens = True
        else:
            key = written if exact else written.casefold().translate(_MARKS)
            blank = text[end : match.start()]
            found.append(Word(written, " " if "\n" in blank else blank, key, opens))
            if written[0].isalnum():
                opens = False
            elif written in '.!?:\u201c\u201d"':
                opens = True
        end = match.end()
    return found, True


def compare(left: str, right: str, *, exact: bool = False) -> Comparison:
    """Compare two texts; `exact` counts case and quotation marks."""
    ours, all_ours = words_of(left, exact=exact)
    theirs, all_theirs = words_of(right, exact=exact)
    numbers: dict[str, int] = {}
    keys = [
        [numbers.setdefault(word.key, len(numbers)) for word in words] for words in (ours, theirs)
    ]
    runs = without_crumbs(runs_of(*keys), [word.key == _PARAGRAPH for word in ours])
    cut, added = [False] * len(ours), [False] * len(theirs)
    for run in runs:
        if not run.same:
            cut[run.left : run.left_end] = [True] * (run.left_end - run.left)
            added[run.right : run.right_end] = [True] * (run.right_end - run.right)
    moves = moved(keys[0], cut, keys[1], added)
    done = Comparison([Row()], whole=all_ours and all_theirs)
    sides = (_Side(ours, cut, moves[0]), _Side(theirs, added, moves[1]))
    for run in runs:
        if run.same:
            _equal_block(done, sides, run.left, run.right, run.left_end)
        else:
            done.rows[-1].left += sides[0].pieces(run.left, run.left_end, "cut")
            done.rows[-1].right += sides[1].pieces(run.right, run.right_end, "added")
    for row in done.rows:
        _mark_facts(row)
    done.rows = [row for row in done.rows if row.left or row.right]
    _count(done, sides)
    return done


class _Side:
    """One text: its words, which of them changed, and each one's moved passage."""

    def __init__(self, words: list[Word], changed: list[bool], moves: list[int | None]) -> None:
        self.words, self.changed, self.moves = words, changed, moves

    def pieces(self, start: int, end: int, kind: Kind) -> Iterator[Piece]:
        """Changed words from `start` up to `end`, split where a moved passage begins or ends."""
        at = start
        while at < end and self.changed[at]:
            stop = at
            while stop < end and self.changed[stop] and self.moves[stop] == self.moves[at]:
                stop += 1
            move = self.moves[at]
            yield self.piece(at, stop, kind if move is None else "moved", move)
            at = stop

    def piece(self, start: int, end: int, kind: Kind, move: int | None = None) -> Piece:
        """Words as one piece."""
        words = self.words[start:end]
        piece = Piece(kind, "".join(word.blank + word.written for word in words), move)
        if kind in ("cut", "added"):
            at = 0
            for word in words:
                at += len(word.blank)
                fact = _fact(word)
                if fact:
                    piece.facts.append((at, at + len(word.written), fact))
                at += len(word.written)
        return piece


def _equal_block(
    done: Comparison, sides: tuple[_Side, _Side], left: int, right: int, end: int
) -> None:
    """Add words that both have; a new row begins after each paragraph's end."""
    # Earlier blocks come from `pieces`, which stops at unchanged words.
    words = sides[0].words
    start = left
    for at in range(left, end):
        if words[at].key == _PARAGRAPH or at == end - 1:
            stop = at if words[at].key == _PARAGRAPH else at + 1
            if stop > start:
                shift = right - left
                done.rows[-1].left.append(sides[0].piece(start, stop, "same"))
                done.rows[-1].right.append(sides[1].piece(start + shift, stop + shift, "same"))
            if words[at].key == _PARAGRAPH:
                done.rows.append(Row())
            start = at + 1


def _fact(word: Word) -> Fact | None:
    if word.written[0].isdigit():
        return "number"
    if word.written[0].isupper() and not word.opens:
        return "name"
    return None


def _mark_facts(row: Row) -> None:
    """Mark as differing what the other side's changes in the row do not have, too."""
    said = [
        {_letters(piece, fact) for piece in side for fact in piece.facts}
        for side in (row.left, row.right)
    ]
    for side, other in ((row.left, said[1]), (row.right, said[0])):
        for piece in side:
            piece.facts = [fact for fact in piece.facts if _letters(piece, fact) not in other]


def _letters(piece: Piece, fact: tuple[int, int, Fact]) -> str:
    return piece.text[fact[0] : fact[1]].casefold()


def _count(done: Comparison, sides: tuple[_Side, _Side]) -> None:
    def counted(side: _Side) -> tuple[int, int, int]:
        same = changed = moved = 0
        for word, differs, move in zip(side.words, side.changed, side.moves, strict=True):
            if word.written[0].isalnum():
                same += not differs
                changed += differs and move is None
                moved += move is not None
        return same, changed, moved

    done.same, done.cut, done.moved = counted(sides[0])
    _, done.added, _ = counted(sides[1])
