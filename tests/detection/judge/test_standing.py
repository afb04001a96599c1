"""What all pages of a publisher share is not evidence that they tell one story."""

from __future__ import annotations

import pytest

from streams.detection.sketch.entry import is_strange, title_words
from tests.detection.newsroom import Desk, article, story

WALL = (
    "You have read all the free pages of this month. Sign in, or choose one of our plans, to go "
    "on reading on every device, with the puzzles and the weekend magazine. A plan can be ended at "
    "any time in your account, and the first four weeks cost nothing at all for new readers."
)
GERMAN_WALL = (
    "Sie haben in diesem Monat alle freien Seiten gelesen. Melden Sie sich an oder wählen Sie "
    "eines unserer Angebote, um auf allen Geräten weiterzulesen, mit Rätseln und der Beilage am "
    "Wochenende. Das Abonnement ist jederzeit kündbar, und die ersten vier Wochen kosten nichts."
)
HINDI_WALL = (
    "आपने इस महीने के सभी मुफ़्त लेख पढ़ लिए हैं। आगे पढ़ने के लिए साइन इन करें या हमारी किसी योजना को चुनें, "
    "जिससे आप हर उपकरण पर पहेलियों और साप्ताहिक पत्रिका के साथ पूरा अख़बार पढ़ सकते हैं। सदस्यता को आप अपने "
    "खाते से कभी भी बंद कर सकते हैं और पहले चार हफ़्ते नए पाठकों के लिए बिल्कुल मुफ़्त हैं।"
)
HEADLINES = (
    "Harbour tunnel stays closed until autumn",
    "Striker signs for another season",
    "Vineyards brace for late frost",
    "Council approves swimming pool budget",
    "Museum finds forgotten sketches",
)
HINDI_HEADLINES = (
    "बंदरगाह की सुरंग शरद ऋतु तक बंद रहेगी",
    "स्ट्राइकर ने एक और सत्र के लिए अनुबंध किया",
    "पाले से अंगूर के बागानों को खतरा",
    "परिषद ने तरणताल का बजट मंज़ूर किया",
    "संग्रहालय में मिले भूले हुए रेखाचित्र",
)


@pytest.mark.parametrize(
    ("wall", "headlines"),
    [(WALL, HEADLINES), (GERMAN_WALL, HEADLINES), (HINDI_WALL, HINDI_HEADLINES)],
    ids=["English", "German", "Hindi"],
)
@pytest.mark.parametrize("chain", [False, True], ids=["one site", "a chain"])
@pytest.mark.parametrize("at_once", [False, True])
def test_a_wall_matches_nothing_from_its_third_page_on(
    wall: str, headlines: tuple[str, ...], chain: bool, at_once: bool
) -> None:
    desk = Desk()
    pages = [
        article(str(i), wall, title=title, source=f"site{i if chain else 0}.example")
        for i, title in enumerate(headlines)
    ]
    chunks = [pages] if at_once else [[page] for page in pages]
    verdicts = [told["detection"] for chunk in chunks for told in desk.take(*chunk)]
    assert [v["unmatched_reason"] for v in verdicts] == [None, None, *["standing_text"] * 3]
    for verdict, page in zip(verdicts[2:], pages[2:], strict=True):
        assert (verdict["relation"], verdict["matches"]) == ("original", [])
        assert verdict["original_id"] == page["article_id"]
    assert len({v["story_id"] for v in verdicts}) == 4


def test_a_syndicated_story_is_not_a_wall_whatever_its_headlines() -> None:
    told = "The old harbour tunnel will stay closed, the mayor said. " + story(3, 120)
    desk = Desk()
    titles = ("Tunnel shut until autumn", "Mayor: no reopening soon", "Harbour link remains closed",
              "Drivers face detours")  # fmt: skip
    for i, title in enumerate(titles):
        verdict = desk.verdict(article(str(i), told, title=title, source=f"s{i}.example"))
        assert verdict["unmatched_reason"] is None
        assert verdict["relation"] == ("copy" if i else "original")


def test_a_story_resent_under_one_headline_is_not_a_wall() -> None:
    desk = Desk()
    for i in range(5):
        verdict = desk.verdict(article(str(i), WALL, title="Vineyards brace for late frost"))
        assert verdict["unmatched_reason"] is None
    assert verdict["relation"] == "copy"


def test_an_item_whose_page_has_become_a_wall_leaves_its_story() -> None:
    desk = Desk()
    for i, title in enumerate(HEADLINES[:3]):
        desk.take(article(f"wall {i}", WALL, title=title))
    told = story(4, 150)
    desk.take(article("a", told, title=HEADLINES[3]), article("b", told, source="b.example"))
    verdict = desk.verdict(article("a", WALL, title=HEADLINES[3]))
    assert (verdict["relation"], verdict["unmatched_reason"]) == ("revision", "standing_text")
    assert verdict["matches"] == []
    assert verdict["story_size"] == 1


def passage() -> str:
    return story(900, 90)


def test_a_publishers_standing_paragraph_stops_being_evidence_with_the_third_article() -> None:
    """Half of each article is the shared paragraph, the other half its own text."""
    desk = Desk()
    for i in range(5):
        told = f"{story(i, 80)} {passage()}"
        verdict = desk.verdict(article(str(i), told, title=HEADLINES[i]))
        if i >= 2:
            assert verdict["relation"] == "original", i
            assert not any(match["member"] for match in verdict["matches"])


def test_a_copy_with_a_standing_paragraph_is_a_copy() -> None:
    desk = Desk()
    for i in range(4):
        desk.take(article(str(i), f"{story(i, 80)} {passage()}", title=HEADLINES[i]))
    again = f"{story(3, 80)} {passage()}"
    verdict = desk.verdict(article("again", again, title=HEADLINES[4]))
    assert verdict["relation"] == "copy"
    assert verdict["original_id"] == article("3", "")["article_id"]


def test_a_story_that_goes_on_at_its_publisher_stays_one() -> None:
    """Each update shares half of its text with the others: this is one story, not a standing
    passage, as their headlines show."""
    desk, headlines = Desk(), ("France launches investigation", "Attacker phoned father",
                               "Drugs found in blood", "Brother speaks of sorrow")  # fmt: skip
    for i, headline in enumerate(headlines):
        text = f"{story(50, 150)} {story(60 + i, 100)}"
        verdict = desk.verdict(article(str(i), text, title=f"Orly airport: {headline}"))
        assert verdict["relation"] == ("copy" if i else "original")


@pytest.mark.parametrize(
    ("title", "text", "strange"),
    [
        ("Storm hits coast", "A storm has hit the northern shore.", False),
        ("Storm hits coast", "Sign in to read this page.", True),
        ("STURMSCHÄDEN", "Die Sturmschäden sind groß.", False),
        ("Ministers resigned", "The minister left.", False),
        ("", "Sign in.", False),
        ("A B C", "Sign in.", False),
        (None, "Sign in.", False),
        ("台风登陆沿海", "台风昨天登陆。", False),
        ("台风登陆沿海", "请登录后阅读。", True),
        ("तटीय ज़िलों में तूफ़ान", "तूफ़ान कल तटीय इलाकों से टकराया।", False),
        ("तटीय ज़िलों में तूफ़ान", "आगे पढ़ने के लिए साइन इन करें।", True),
        ("พายุเข้าชายฝั่ง", "เมื่อวานพายุพัดเข้าชายฝั่งทางใต้", False),
        ("พายุเข้าชายฝั่ง", "กรุณาเข้าสู่ระบบเพื่ออ่านต่อ", True),
        ("Storm hits coast", f"{WALL} {WALL} {WALL} A STORM has HIT the Coast.", False),
        ("Storm hits coast", f"{WALL} {WALL} {WALL} A calm day in the hills.", True),
    ],
)
def test_a_headline_is_strange_to_a_text_that_has_none_of_its_words(
    title: str | None, text: str, strange: bool
) -> None:
    assert is_strange(title, text) == strange


def test_words_of_a_title() -> None:
    assert title_words("The big Storm of 2026, 台风登") == {"storm", "2026", "台风", "风登"}
    assert title_words("इज़मिर में भूकंप") == {"इज़मिर", "भूकंप"}
    assert title_words("ข่าวฝน 2026") == {"ข่า", "่าว", "าวฝ", "วฝน", "2026"}
