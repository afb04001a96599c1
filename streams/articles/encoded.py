"""Many texts as one array of bytes, which compiled loops can read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Bounds = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


class Encoded(NamedTuple):
    """N texts in UTF-8.

    content: (bytes,) all of them in a row. ends: (n,) where each ends, and the next begins.
    ascii_only: (n,) which have as many bytes as characters.
    """

    content: Bytes
    ends: Bounds
    ascii_only: Flags


def encoded(texts: Sequence[str]) -> Encoded:
    """Texts without lone surrogates -> their bytes."""
    each = [text.encode() for text in texts]
    return Encoded(
        content=np.frombuffer(b"".join(each), np.uint8),
        ends=np.cumsum(np.fromiter(map(len, each), np.int64, len(each))),
        ascii_only=np.fromiter(map(str.isascii, texts), np.bool_, len(each)),
    )
