"""All takes of an item share its story, however much it has grown; other articles do not."""

from __future__ import annotations

from typing import Any

import pytest

from streams.detection.judge.takes import is_marked
from streams.detection.sketch.entry import is_cut
from tests.detection.newsroom import HOUR, NOON, Desk, article, cut, story

LONG = story(5, 300)
FIRST_TAKE = cut(LONG, 42)
WIRE = {"source": "wire.example", "credit": "AFP"}


def joined(first: dict[str, Any], then: dict[str, Any], hours: int = 1) -> bool:
    desk = Desk()
    one = desk.verdict(first, at=NOON)
    other = desk.verdict(then, at=NOON + hours * HOUR)
    return bool(one["story_id"] == other["story_id"])


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("Ferry runs aground off Skagen", "UPDATE 1-Ferry runs aground off Skagen, 40 rescued"),
        ("Fähre vor Skagen gestrandet", "2. ZUSAMMENFASSUNG: Fähre vor Skagen gestrandet"),
        ("Un ferry s'échoue à Skagen", "Un ferry s'échoue à Skagen, 40 passagers (ACTUALISÉ)"),
        ("Encalla un transbordador en Skagen", "AMPLIACIÓN - Encalla un transbordador en Skagen"),
        ("Ferry runs aground off Skagen", "Ferry runs aground off Skagen (Update)"),
        ("Ferry runs aground off Skagen", "2nd LD: Ferry runs aground off Skagen"),
        ("渡轮在斯卡恩附近搁浅", "【更新】渡轮在斯卡恩附近搁浅"),
        ("Färja på grund vid Skagen", "UPPDATERAD: Färja på grund vid Skagen, 40 räddade"),
        ("Trajekt najel na mělčinu", "DOPLNĚNO: Trajekt najel na mělčinu u Skagenu"),
        ("Ferry encalha em Skagen", "ATUALIZA 2-Ferry encalha em Skagen"),
        ("Паром сел на мель у Скагена", "ОБНОВЛЕНИЕ: Паром сел на мель у Скагена"),
        ("Ферибот заседна край Скаген", "АКТУАЛИЗИРАНА: Ферибот заседна край Скаген"),
        ("Un ferry s'échoue à Skagen", "MISE À JOUR: Un ferry s'échoue à Skagen"),
        ("Fähre vor Skagen gestrandet", "(Update 2) Fähre vor Skagen gestrandet"),
        ("Паром сел на мель у Скагена", "Паром сел на мель у Скагена (ОБНОВЛЕНО)"),
        ("渡轮在斯卡恩附近搁浅", "渡轮在斯卡恩附近搁浅（更新）"),
        ("渡輪在斯卡恩附近擱淺", "（更新）渡輪在斯卡恩附近擱淺"),
        ("【速報】スカーゲン沖で船が座礁", "スカーゲン沖で船が座礁、40人救助"),
        ("스카겐 앞바다서 여객선 좌초", "스카겐 앞바다서 여객선 좌초…40명 구조(종합2보)"),
        ("[속보] 스카겐 앞바다서 여객선 좌초", "스카겐 앞바다서 여객선 좌초…40명 구조"),
        ("جنوح عبارة قرب سكاجن", "تحديث 1-جنوح عبارة قرب سكاجن وإنقاذ 40 راكبا"),
        ("Encalla un transbordador en Skagen", "ACTUALIZA 2-Encalla un transbordador en Skagen"),
        ("स्कागेन के पास नौका फंसी", "UPDATE 1-स्कागेन के पास नौका फंसी, 40 बचाए गए"),
    ],
)  # fmt: skip
def test_a_first_take_and_its_update_share_a_story(first: str, then: str) -> None:
    take = article("1", FIRST_TAKE, title=first, **WIRE)
    assert joined(take, article("2", LONG, title=then, **WIRE))


def test_takes_with_the_same_slug_share_a_story() -> None:
    take = article("1", FIRST_TAKE, title="Ferry", attributes={"slugline": "FERRY-SKAGEN"}, **WIRE)
    slug = {"slugline": "FERRY-SKAGEN/ (UPDATE 2)"}
    assert joined(take, article("2", LONG, title="Forty saved", attributes=slug, **WIRE))


@pytest.mark.parametrize(
    ("title", "fields", "hours"),
    [
        ("Ferry runs aground off Skagen", WIRE, 1),  # no mark
        ("UPDATE 1-Minister resigns over pension fund", WIRE, 1),  # another headline
        (
            "UPDATE 1-Ferry runs aground off Skagen",
            {"source": "b.example"},
            1,
        ),  # of another publisher
        ("UPDATE 1-Ferry runs aground off Skagen", WIRE, 30),  # a day later
    ],
)
def test_a_paragraph_of_a_long_article_stays_apart(
    title: str, fields: dict[str, Any], hours: int
) -> None:
    take = article("1", FIRST_TAKE, title="Ferry runs aground off Skagen", **WIRE)
    assert not joined(take, article("2", LONG, title=title, **fields), hours)


@pytest.mark.parametrize("end", [" […]", " [...]\nThe post Ferry appeared first on Daily.", "…"])
def test_a_teaser_marked_as_continued_shares_its_articles_story(end: str) -> None:
    whole = article("1", LONG)
    assert joined(whole, article("2", cut(LONG, 60) + end, source="b.example"))
    assert not joined(whole, article("2", cut(LONG, 60), source="b.example"))


def test_a_text_behind_a_wall_shares_its_articles_story() -> None:
    teaser = article("1", cut(LONG, 60), source="b.example", truncated=True)
    assert joined(teaser, article("2", LONG))


@pytest.mark.parametrize("text", ["He said: so be it...\n" + story(1, 60), "Well … no. " + LONG])
def test_dots_inside_a_text_do_not_mark_it_as_truncated(text: str) -> None:
    assert not is_cut(text)


@pytest.mark.parametrize(
    "headline",
    [
        "Lead levels in water rise",
        "Update on the school roof",
        "New (old) ideas",
        "تحديث شبكة الكهرباء",
        "종합부동산세 개편안 공개",
        "更新迭代加快（图）",
    ],
)
def test_a_headline_that_merely_contains_such_a_word_is_not_marked(headline: str) -> None:
    assert not is_marked(headline)


def test_a_copy_of_an_excerpt_is_an_excerpt() -> None:
    """Two feeds carry the same summary; both are excerpts of the article with the whole text."""
    desk = Desk()
    summary = cut(LONG, 60) + " […]"
    whole = desk.verdict(article("1", LONG))
    for source in ("b.example", "c.example"):
        verdict = desk.verdict(article(source, summary, source=source))
        assert (verdict["relation"], verdict["story_id"]) == ("excerpt", whole["story_id"])
    assert desk.stories[whole["story_id"]]["copies"] == 0
