"""Links back to a page with one filter changed."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode


def with_value(url: str, name: str, value: object) -> str:
    """The address with a filter set; another filter restarts paging."""
    path, pairs = _parted(url)
    dropped = {name} if name == "after" else {name, "after"}
    kept = [(n, v) for n, v in pairs if n not in dropped]
    return _joined(path, [*kept, (name, str(value))])


def without(url: str, name: str) -> str:
    """The address without a filter."""
    path, pairs = _parted(url)
    return _joined(path, [(n, v) for n, v in pairs if n not in (name, "after")])


def _parted(url: str) -> tuple[str, list[tuple[str, str]]]:
    path, _, query = url.partition("?")
    return path, parse_qsl(query)


def _joined(path: str, pairs: list[tuple[str, str]]) -> str:
    return f"{path}?{urlencode(pairs)}" if pairs else path
