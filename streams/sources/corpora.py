"""Lines of labelled news corpora -> raw articles: these call their time `time` or `iso`."""

from __future__ import annotations

import re
from datetime import datetime

from streams.articles.times import format_time, parse_time
from streams.json_object import Json

_FIELDS = ("id", "source", "url", "title", "text", "html")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_SLASHED_TIME = re.compile(  # 2017/2/7, 2016/12/31 7:11
    r"(?P<year>\d{4})/(?P<month>\d\d?)/(?P<day>\d\d?)"
    r"(?:\s+(?P<hour>\d\d?):(?P<minute>\d\d)(?::(?P<second>\d\d))?)?$"
)
_WIRE_TIME = re.compile(  # 26-FEB-1987 15:01:01.79; codes of the wire may follow
    rf"(?P<day>\d\d?)-(?P<month>{'|'.join(_MONTHS)})-(?P<year>\d{{4}})"
    r"\s+(?P<hour>\d\d?):(?P<minute>\d\d):(?P<second>\d\d(?:\.\d+)?)"
)


def is_corpus_line(fields: Json) -> bool:
    """Whether an object is a line of such a corpus."""
    return fields.get("published_at") is None and bool(fields.get("time") or fields.get("iso"))


def from_corpus(fields: Json) -> dict[str, object]:
    """The raw article of a line. An unreadable time stays, for the service to count."""
    written = [fields[name] for name in ("iso", "time") if isinstance(fields.get(name), str)]
    times = [time for text in written if (time := _corpus_time(text))]
    event = {name: fields[name] for name in _FIELDS if fields.get(name) is not None}
    if written:
        event["published_at"] = format_time(times[0]) if times else written[0]
    return event


def _corpus_time(text: str) -> datetime | None:
    text = text.strip()
    match = _SLASHED_TIME.match(text) or _WIRE_TIME.match(text)
    if not match:
        return parse_time(text)
    part = match.groupdict("00")
    month = _MONTHS.index(part["month"]) + 1 if part["month"] in _MONTHS else int(part["month"])
    date = f"{part['year']}-{month:02}-{int(part['day']):02}"
    return parse_time(f"{date}T{int(part['hour']):02}:{part['minute']}:{part['second']}")
