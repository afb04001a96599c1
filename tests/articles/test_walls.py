"""Walls: recognised in many languages, cut off below a teaser, and never confused with news."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schemas import Reason
from streams.articles.refusals import is_plainly_text, refusal
from streams.articles.walls import wall_kind, without_wall
from tests.articles.records import normalised, normalised_chunk, raw

WALLS = [
    ("paywall", "This story is for subscribers only. Subscribe now for 99 cents. Cancel anytime."),
    ("paywall", "Jetzt weiterlesen mit Tagblatt+\nProbemonat für 1 Euro\nJederzeit kündbar"),
    ("paywall", "Cet article est réservé aux abonnés.\nDéjà abonné ? Sans engagement."),
    ("paywall", "Contenido exclusivo para suscriptores. ¿Ya eres suscriptor? Inicia sesión."),
    ("paywall", "Contenuto riservato. Abbonati per continuare a leggere. Disdici quando vuoi."),
    ("paywall", "Tylko dla subskrybentów. Masz już prenumeratę? Zaloguj się, aby czytać."),
    ("paywall", "この記事は有料会員限定です。残り文字数1200文字。お申し込みはこちら"),
    ("paywall", "이 기사는 구독자 전용입니다. 이미 구독 중이신가요? 로그인 후 이용해 주세요."),
    ("consent", "We and our partners store data. By clicking Accept you consent to this."),
    ("consent", "Wir verwenden Cookies und ähnliche Techniken.\nAlle akzeptieren\nEinstellungen"),
    ("consent", "Vi bruker informasjonskapsler for å gi deg et bedre nettsted.\nGodta alle"),
    ("consent", "Мы используем файлы cookie. Оставаясь на сайте, вы соглашаетесь с этим."),
    ("consent", "Bu site çerez kullanır.\nTümünü kabul et\nÇerez ayarları"),
    ("bot", "Checking your browser before you go on. This may take a few seconds. Ray ID: 8a1b2c"),
    ("bot", "Confirme que você é humano.\nNão sou um robô"),
    ("bot", "请完成验证，确认您是真人。"),
    ("bot", "جارٍ التحقق من متصفحك. تحقق من أنك إنسان."),
    ("script", "You need to enable JavaScript to run this app."),
    ("script", "Schakel JavaScript in om deze site te gebruiken."),
    ("script", "JavaScriptを有効にしてください。"),
    ("login", "You must be logged in to see this page.\nForgot your password?"),
    ("login", "Přihlaste se, prosím.\nZapomněli jste heslo?"),
    ("region", "Sorry, this content is not available in your region."),
    ("region", "Dette innholdet er ikke tilgjengelig i ditt land."),
    ("error", "404\nPage not found\nReturn to the homepage"),
    ("error", "Sivua ei löytynyt. Hakemaasi sivua ei ole."),
    ("error", "Trang bạn tìm kiếm không tồn tại. Về trang chủ"),
    ("error", "Halaman tidak ditemukan.\nKembali ke beranda"),
    ("error", "503 Service Unavailable"),
    ("newsletter", "Sign up for our newsletter. Enter your email. Unsubscribe at any time."),
]  # fmt: skip
NEWS = [
    "404 people were rescued from two ferries off the coast on Sunday, the navy said.",
    "Access to the harbour was denied to reporters on Monday, a day after a crane fell.",
    "503 houses burned down overnight. Two people are missing, the fire service said.",
    "The regulator fined a shop for its cookie banner. It said users could not refuse.",
    "A newspaper said on Friday that its paywall would end. Subscribers will be refunded.",
    "The ministry's page was not found for two hours after an attack on its servers.",
    "A café that hid behind a captcha as a joke has drawn a thousand visitors, its owner said.",
    "Hot water is temporarily unavailable in 40 streets, the utility said.",
    "Der Dienst ist in dieser Region nicht mehr zu empfangen, teilte der Sender am Montag mit.",
    "Forbidden stones: a temple that was closed for a century opens to visitors on Saturday.",
    "Robots will check tickets at three stations. The railway said that no job would go.",
    "Une panne a rendu le site de la mairie inaccessible lundi. Elle a été réparée.",
]
TEASER = (
    "The school board voted on Monday to close the school by the lake at the end of the year,"
    " because its roof would cost more to repair than the building is worth."
)


@pytest.mark.parametrize(("kind", "text"), WALLS)
def test_a_wall_is_recognised_with_its_kind(kind: str, text: str) -> None:
    assert wall_kind(text) == kind


@pytest.mark.parametrize(("kind", "text"), WALLS)
def test_a_wall_is_a_dead_letter_that_names_its_kind(kind: str, text: str) -> None:
    ((_, why),) = normalised_chunk(raw(text=text)).rejections
    assert why.reason == Reason.NO_ARTICLE
    assert f"a wall ({kind})" in why.detail


@pytest.mark.parametrize("text", NEWS)
def test_news_is_never_refused_for_its_words(text: str) -> None:
    assert wall_kind(text) is None
    assert normalised(text=text).text == text


@pytest.mark.parametrize("wall", [text for kind, text in WALLS if kind == "paywall"])
def test_a_teaser_above_a_paywall_is_kept_and_marked(wall: str) -> None:
    found = normalised(text=f"{TEASER}\n\n{wall}")
    assert found.text == TEASER
    assert found.truncated
    assert found.dropped == ["behind_wall"]


def test_offers_below_a_whole_story_are_cut_and_nothing_else() -> None:
    offer = "Sign up for our newsletter.\nEnter your email"
    found = normalised(text=f"{TEASER}\n\n{TEASER[4:]}\n\n{offer}")
    assert found.text == f"{TEASER}\n\n{TEASER[4:]}"
    assert not found.truncated


@pytest.mark.parametrize("text", NEWS)
def test_a_last_paragraph_of_news_stays(text: str) -> None:
    whole = f"{TEASER}\n\n{text}"
    assert without_wall(whole) == (whole, None, False)


@given(st.text(alphabet="GIF8 %PDF-40.é\n", max_size=12), st.integers(0, 12))
@example("GIF8", 9)
@example("404 ", 9)
def test_a_text_that_is_plainly_one_is_not_refused(beginning: str, times: int) -> None:
    text = beginning + "The ferry. " * times
    if is_plainly_text(text):
        assert refusal(text, mentions_wall=False) is None
    else:
        assert len(text) <= 80 or not text.isascii() or text.startswith(("GIF8", "%PDF-"))
