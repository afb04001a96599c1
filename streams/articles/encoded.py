"""Many texts as one array of bytes for compiled loops."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Bounds = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


class Encoded(NamedTuple):
    """N texts in UTF-8.

    content: (bytes,) all of them, concatenated. ends: (n,) where each ends, and the next begins.
    ascii_only: (n,) those with as many bytes as characters.
    """

    content: Bytes
    ends: Bounds
    ascii_only: Flags


def encoded(texts: Sequence[bytes]) -> Encoded:
    """Texts, each in UTF-8, concatenated."""
    return Encoded(
        content=np.frombuffer(b"".join(texts), np.uint8),
        ends=np.fromiter(accumulate(map(len, texts)), np.int64, len(texts)),
        ascii_only=np.fromiter(map(bytes.isascii, texts), np.bool_, len(texts)),
    )
