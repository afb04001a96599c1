"""The times that a page's lines print, each looked for once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from streams.articles.outlets import Outlets
from streams.articles.pages.header_forms import BY, trimmed, without_label
from streams.articles.pages.kinds import TITLE_CHARACTERS, Kinds
from streams.articles.pages.lines import Line
from streams.articles.printed_time import PrintedTime, printed_time

PIECES = re.compile(r"\s*[|·•‧∙—–»›/\[\](){}]\s*|\s+-+\s+|\s{2,}|,\s+(?=[A-Z\d])")
_MOST_TIMES = 3


class LineTimes:
    """The times of one page's lines."""

    def __init__(
        self, lines: Sequence[Line], kinds: Kinds, now: datetime, outlets: Outlets
    ) -> None:
        self._lines, self._kinds, self._now, self._outlets = lines, kinds, now, outlets
        self._times: dict[str, PrintedTime | None] = {}

    def apart(self, at: int) -> tuple[PrintedTime | None, str]:
        """-> (a line's time, the rest of the line). Of several, `posted ... updated ...` or one in
        two zones, the first that is found counts; none is left in the rest."""
        text = self._lines[at].text
        if not self._kinds.may_time[at]:
            return None, text
        first = time = self.time(text)
        for _ in range(_MOST_TIMES):
            if time is None:
                break
            text = f"{text[: time.start]} | {text[time.end :]}"
            time = self.time(text)
        return first, text

    def time(self, text: str) -> PrintedTime | None:
        """The time that a text prints, if it is not too long to be a line of a head."""
        if len(text) >= TITLE_CHARACTERS:
            return None
        if text not in self._times:
            time = printed_time(text, self._now)
            if time and not any(map(str.isdigit, text[time.start : time.end])):
                pieces = [BY.sub("", trimmed(piece), 1) for piece in PIECES.split(text)]
                if any(map(self._outlets.domain, map(without_label, pieces))):
                    time = None  # `USA Today`
            self._times[text] = time
        return self._times[text]
