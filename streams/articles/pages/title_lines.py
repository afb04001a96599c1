"""Lines that hold the title of an embedded article, and often its source and time too."""

from __future__ import annotations

import re
from collections.abc import Sequence

from streams.articles.outlets import Outlets
from streams.articles.pages.header_forms import (
    TIME_LABEL,
    is_labelled,
    looks_like_names,
    may_be_source,
    time_sign,
    trimmed,
    without_label,
)
from streams.articles.pages.line_times import PIECES, LineTimes
from streams.articles.printed_time import PrintedTime

_PIECES = re.compile(r"\s*[|·•‧]\s*|\s+[-–—]+\s+|\s*[(\[{](?=[^()]*[)\]}]\s*$)|[)\]}]\s*$")
_COLUMNS = re.compile(r"[|·•‧—()\[\]]")
_LEAST_WORDS = 4
_OPENING, _CLOSING = " ([{,-–—•·", " )]},-–—•·"


def has_title(rest: str, outlets: Outlets) -> bool:
    """Whether a line with a time has a title too; `rest` is the line with `|` for its times."""
    longest = max(_PIECES.split(rest), key=_words)
    if _words(_bare(longest)) < _LEAST_WORDS:  # a title may have a dash of its own
        longest = max(_COLUMNS.split(rest), key=_words)
        if _words(_bare(longest)) <= _LEAST_WORDS:
            return False
    bare = _bare(longest)
    if is_labelled(longest) or outlets.domain(trimmed(bare)):
        return False
    return _words(bare) >= _LEAST_WORDS and not looks_like_names(longest)


def title_and_sources(text: str, outlets: Outlets, *, timed: bool) -> tuple[str, list[str]]:
    """-> (the title, the sources that stand beside it); `text` has `|` for its time.

    `timed`: a piece beside a title and a time may be an unknown source.
    """
    pieces = [trimmed(piece) for piece in _PIECES.split(text) if piece.strip()]
    names = {piece: without_label(piece) for piece in pieces}
    longest = max(
        pieces, key=lambda piece: (not outlets.domain(names[piece]), len(piece)), default=""
    )
    names.pop(longest, None)
    named = [piece for piece, name in names.items() if outlets.reads_like_outlet(name)]
    named = [piece for piece in named if outlets.domain(names[piece])] or named
    if timed and not named:
        named = [piece for piece, name in names.items() if may_be_source(name, outlets)][-1:]
    for piece in named:
        text = text.replace(piece, "|")
    title = max(text.split("|"), key=len) if named or timed else text
    return _trimmed_title(title), [names[piece] for piece in named]


def title_in_pieces(
    pieces: Sequence[str], printed: LineTimes, outlets: Outlets
) -> tuple[str, PrintedTime, str, list[str]] | None:
    """-> (title, time, the time's sign, sources) of a line that has them in elements of their own:
    `pieces` are what these hold. None if they hold anything else."""
    title = max(pieces, key=len, default="")
    found: tuple[PrintedTime, str] | None = None
    names: list[str] = []
    for piece in pieces:
        if piece is title:
            continue
        rest, time = piece, None if found else printed.time(piece)
        if time is not None:
            found, rest = (
                (time, time_sign(piece, time)),
                f"{piece[: time.start]}|{piece[time.end :]}",
            )
        names += [name for part in PIECES.split(rest) if (name := trimmed(part))]
    if found is None or not all(may_be_source(name, outlets) for name in names):
        return None
    return title, *found, names


def _bare(piece: str) -> str:
    return TIME_LABEL.sub(" ", without_label(piece))


def _words(text: str) -> int:
    """Words that are more than marks."""
    return sum(any(map(str.isalnum, word)) for word in text.split())


def _trimmed_title(text: str) -> str:
    """Without the marks and brackets that held its source and time."""
    return trimmed(text).rstrip(_OPENING).lstrip(_CLOSING).strip()
