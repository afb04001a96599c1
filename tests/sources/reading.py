"""Reads files with given content."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from schemas import RawArticle
from streams.sources.inputs import Meter, read_events
from streams.sources.raw_events import RawEvent


def read(path: Path, content: bytes | str | Any) -> tuple[list[RawEvent], list[str]]:
    """-> (events of a file with this content, what of it was passed over)."""
    if not isinstance(content, bytes | str):
        content = json.dumps(content)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    meter = Meter()
    return list(read_events([path], meter)), meter.refused


def articles(path: Path, content: bytes | str | Any) -> list[dict[str, Any]]:
    """The raw articles of a file, each as the contract has it, of which nothing was passed over."""
    events, refused = read(path, content)
    assert refused == []
    assert all(RawArticle.model_validate_json(event.value) for event in events)
    return [json.loads(event.value) for event in events]
