"""Halves of the day, noon and midnight, before or behind the clock, in any language."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from streams.articles.day_parts import hour_in_day, part_of_day
from streams.articles.printed_time import printed_time
from streams.articles.times import format_time, parse_time

FETCHED = datetime(2026, 5, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-05-07 오전 9:40", "09:40"),
        ("2026년 5월 7일 목요일 오후 12시 5분", "12:05"),
        ("2026년 5월 7일 밤 11시 반", "23:30"),
        ("2026년 5월 7일 정오", "12:00"),
        ("2026年5月7日（木）午後4時20分", "16:20"),
        ("2026年5月7日 午前0時10分", "00:10"),
        ("2026年5月7日 午後7時半", "19:30"),
        ("令和8年5月7日 午後4時", "16:00"),
        ("2026年5月7日 正午", "12:00"),
        ("2026年5月7日 星期四 上午9:40", "09:40"),
        ("2026-05-07 下午4:20", "16:20"),
        ("2026年5月7日晚上8点半", "20:30"),
        ("2026年5月7日 凌晨1点20分", "01:20"),
        ("2026年5月7日 中午12:05", "12:05"),
        ("noon, May 7, 2026", "12:00"),
        ("May 7, 2026 at 12 noon", "12:00"),
        ("12:00 noon on May 7, 2026", "12:00"),
        ("4.20pm, 7 May 2026", "16:20"),
        ("4 p.m. ET, May 7, 2026", "20:00"),
        ("May 7, 2026, 9:40 in the evening", "21:40"),
        ("Updated 9:40, 7 May 2026", "09:40"),
        ("7 مايو 2026 4:20 م", "16:20"),
        ("7 مايو 2026 - 4:20 مساءً", "16:20"),
        ("7 مايو 2026 الساعة 9:40 صباحًا", "09:40"),
        ("7 मई 2026, 4:20 अपराह्न", "16:20"),
        ("7 मई 2026 शाम 5:40 बजे", "17:40"),
        ("৭ মে ২০২৬, ৪:২০ পিএম", "16:20"),
        ("7 Μαΐου 2026, 4:20 μ.μ.", "16:20"),
        ("7 Μαΐου 2026 9:40 πμ", "09:40"),
        ("7 tháng 5, 2026 4:20 CH", "16:20"),
        ("07.05.2026 9:40 SA", "09:40"),
        ("7 Mayıs 2026 ÖS 4:20", "16:20"),
        ("7 Mayıs 2026 9:40 ÖÖ", "09:40"),
        ("7 Mei 2026 9:40 malam", "21:40"),
        ("2026. május 7. du. 4:20", "16:20"),
        ("7 de mayo de 2026, 9:40 de la noche", "21:40"),
        ("7 mai 2026 à midi", "12:00"),
        ("7 พ.ค. 2569 เวลา 16.20 น.", "16:20"),
        ("7 мая 2026, 1:20 ночи", "01:20"),
    ],
)
def test_a_part_of_the_day_says_what_the_clock_means(text: str, utc: str) -> None:
    time = parse_time(text)
    assert time is not None
    assert format_time(time) == f"2026-05-07T{utc}:00Z"


@pytest.mark.parametrize(
    "text",
    [
        "midnight, May 7, 2026",  # the first or the last moment of the day?
        "May 7, 2026 12:00 midnight",
        "2026년 5월 7일 자정",
        "2026年5月7日 晚上12点",
        "7 tháng 5, 2026 4:20 xế",
        "7 mayo 2026 13:20 am",
        "vesper 8:05, 7 May 2026",  # an unknown word before a clock may be a part of the day
        "2026年5月7日 薄暮8:05",
        "令和8年",
    ],
)
def test_an_uncertain_part_of_the_day_makes_no_time(text: str) -> None:
    assert parse_time(text) is None


@pytest.mark.parametrize(
    ("line", "clock"),
    [
        ("입력 2026.05.07 오후 4:20", "16:20"),
        ("2026年5月7日(木) 午後4時5分", "16:05"),
        ("2026年5月7日午後4時", "16:00"),
        ("发布于 2026年5月7日 上午9:40", "09:40"),
        ("May 7, 2026 at noon | By Ana Berg", "12:00"),
        ("May 7, 2026 at 4 p.m. ET", "20:00"),
        ("Ana Berg · 7 مايو 2026 4:20 م", "16:20"),
        ("Ana Berg · 7 مايو 2026 - 4:20 مساءً", "16:20"),
        ("Cập nhật 07.05.2026 4:20 CH", "16:20"),
        ("7 de mayo de 2026 9:40 de la noche", "21:40"),
    ],
)
def test_a_page_prints_parts_of_the_day(line: str, clock: str) -> None:
    found = printed_time(line, FETCHED)
    assert found is not None
    assert (f"{found.time:%F %H:%M}", found.precision_seconds) == (f"2026-05-07 {clock}", 60)


def test_a_number_of_hours_is_no_clock() -> None:
    found = printed_time("2026年5月7日 会議は3時間", FETCHED)
    assert found is not None
    assert found.precision_seconds == 86_400


@pytest.mark.parametrize(
    ("hour", "word", "of_day"),
    [
        (12, "AM", 0), (12, "p.m.", 12), (15, "pm", 15), (15, "am", None), (1, "中午", 13),
        (11, "中午", 11), (8, "中午", None), (11, "밤", 23), (2, "밤", 2), (12, "밤", None),
        (7, None, 7),
    ],
)  # fmt: skip
def test_an_hour_is_what_the_word_makes_of_it(
    hour: int, word: str | None, of_day: int | None
) -> None:
    assert hour_in_day(hour, part_of_day(word)) == of_day
