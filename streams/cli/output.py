"""Files that commands write."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import UnsupportedOperation
from pathlib import Path
from typing import IO

from streams.errors import UserError

_STANDARD = Path("-")


class OutputError(UserError):
    """An output cannot be written; the message names it and says why."""


@contextmanager
def written(path: Path) -> Iterator[IO[bytes]]:
    """The file, emptied, or standard output for `-`. Raises OutputError if it cannot be opened."""
    if path == _STANDARD:
        yield sys.stdout.buffer
        return
    try:
        file = path.open("wb")
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror}") from error
    with file:
        yield file


def refuse_overwriting(outputs: Iterable[Path], inputs: Iterable[Path]) -> None:
    """Raise OutputError if an output is one of the inputs, which opening it would empty, or another
    output."""
    taken = {_identity(path, sys.stdin): f"is the input {path}" for path in inputs}
    for path in outputs:
        identity = _identity(path, sys.stdout)
        if identity in taken:
            raise OutputError(f"{path}: {taken[identity]}: write to another file")
        taken[identity] = "is named twice"


def _identity(path: Path, standard: IO[str]) -> object:
    """The same for two names of one file; what is no file, such as a terminal, is only itself."""
    try:
        found = os.fstat(standard.fileno()) if path == _STANDARD else path.stat()
    except (OSError, UnsupportedOperation):  # not there yet; or a test has replaced it
        return object() if path == _STANDARD else path.resolve()
    return (found.st_dev, found.st_ino) if stat.S_ISREG(found.st_mode) else object()
