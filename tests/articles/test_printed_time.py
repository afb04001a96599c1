"""Times as pages print them, in zones and beside other words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from streams.articles.printed_time import printed_time

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "hour"),
    [
        ("March 2, 2026 4:00 AM ET", 9),
        ("Nov 1, 2026, 1:59 AM ET", 5),
        ("Nov 1, 2026, 2:00 AM ET", 7),
        ("July 4, 2026 4:00 AM PT", 11),
        ("July 4, 2026 4:00 AM (CT)", 9),
        ("4 juillet 2026 à 14h00 et le soir", 14),
        ("July 4 2026 4:00 AM EDT2026-07-04 08:00:00 GMT", 8),
    ],
)
def test_zones_of_north_america_keep_summer_time(line: str, hour: int) -> None:
    found = printed_time(line, NOW)
    assert found is not None
    assert found.time.hour == hour
