"""The text's own language counts; the producer's tag does if the text gives no answer."""

# ruff: noqa: E501 -- of other alphabets, and of letters that are two columns wide

from __future__ import annotations

import re
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from streams.articles.encoded import encoded
from streams.articles.language import UNDETERMINED, language_of, plainly_english
from streams.articles.language_model import Moves, classify, load_model, next_state

# One paragraph of about fifty words each.
PARAGRAPHS = {
    "en": "The council decided on Monday evening to rebuild the old bridge, which has been closed"
    " since the flood in April. Work is to begin in the autumn, when the river is low, and will"
    " take more than a year. Until then drivers must use the longer road through the valley.",
    "de": "Der Gemeinderat hat am Montagabend beschlossen, die alte Brücke wieder aufzubauen, die"
    " seit dem Hochwasser im April gesperrt ist. Die Arbeiten sollen im Herbst beginnen, wenn der"
    " Fluss wenig Wasser führt, und werden mehr als ein Jahr dauern. Bis dahin müssen die"
    " Autofahrer den längeren Weg durch das Tal nehmen, teilte die Stadt mit.",
    "fr": "Le conseil municipal a décidé lundi soir de reconstruire le vieux pont, fermé depuis"
    " les inondations du mois d'avril. Les travaux doivent commencer à l'automne, lorsque la"
    " rivière est basse, et dureront plus d'un an. D'ici là, les automobilistes devront emprunter"
    " la route plus longue qui traverse la vallée, a annoncé la mairie.",
    "es": "El ayuntamiento decidió el lunes por la noche reconstruir el viejo puente, que está"
    " cerrado desde las inundaciones de abril. Las obras empezarán en otoño, cuando el río lleva"
    " poca agua, y durarán más de un año. Hasta entonces los conductores tendrán que usar la"
    " carretera más larga que atraviesa el valle.",
    "it": "Il consiglio comunale ha deciso lunedì sera di ricostruire il vecchio ponte, che è"
    " chiuso dall'alluvione di aprile. I lavori cominceranno in autunno, quando il fiume è basso,"
    " e dureranno più di un anno. Fino ad allora gli automobilisti dovranno usare la strada più"
    " lunga che attraversa la valle, ha detto il sindaco.",
    "pt": "A câmara municipal decidiu na segunda-feira à noite reconstruir a velha ponte, que está"
    " fechada desde as cheias de abril. As obras devem começar no outono, quando o rio tem pouca"
    " água, e vão durar mais de um ano. Até lá, os condutores terão de usar a estrada mais longa"
    " que atravessa o vale.",
    "nl": "De gemeenteraad heeft maandagavond besloten de oude brug te herbouwen, die sinds de"
    " overstroming van april gesloten is. Het werk moet in de herfst beginnen, wanneer het water"
    " in de rivier laag staat, en zal meer dan een jaar duren. Tot die tijd moeten automobilisten"
    " de langere weg door het dal nemen.",
    "sv": "Kommunfullmäktige beslutade på måndagskvällen att bygga upp den gamla bron, som har"
    " varit stängd sedan översvämningen i april. Arbetet ska börja i höst, när vattnet i älven är"
    " lågt, och kommer att ta mer än ett år. Till dess måste bilisterna använda den längre vägen"
    " genom dalen, skriver kommunen på sin hemsida.",
    "fi": "Kaupunginvaltuusto päätti maanantai-iltana rakentaa uudelleen vanhan sillan, joka on"
    " ollut suljettuna huhtikuun tulvasta lähtien. Työt on tarkoitus aloittaa syksyllä, kun joen"
    " vesi on matalalla, ja ne kestävät yli vuoden. Siihen asti autoilijoiden on käytettävä"
    " pidempää tietä laakson läpi, kaupunki kertoo tiedotteessaan.",
    "pl": "Rada miasta zdecydowała w poniedziałek wieczorem o odbudowie starego mostu, który jest"
    " zamknięty od kwietniowej powodzi. Prace mają rozpocząć się jesienią, kiedy poziom wody w"
    " rzece jest niski, i potrwają ponad rok. Do tego czasu kierowcy będą musieli korzystać z"
    " dłuższej drogi przez dolinę.",
    "cs": "Zastupitelstvo města v pondělí večer rozhodlo o obnově starého mostu, který je od"
    " dubnové povodně uzavřen. Práce mají začít na podzim, kdy je v řece málo vody, a potrvají"
    " déle než rok. Do té doby musí řidiči používat delší cestu údolím, uvedla radnice. Most byl"
    " postaven před sto lety a je památkou.",
    "hu": "A városi tanács hétfő este úgy döntött, hogy újjáépíti a régi hidat, amely az áprilisi"
    " árvíz óta le van zárva. A munka ősszel kezdődik, amikor alacsony a folyó vízállása, és több"
    " mint egy évig tart majd. Addig az autósoknak a völgyön át vezető hosszabb utat kell"
    " használniuk, közölte a polgármester.",
    "tr": "Belediye meclisi pazartesi akşamı, nisan ayındaki selden beri kapalı olan eski köprünün"
    " yeniden yapılmasına karar verdi. Çalışmaların sonbaharda, nehirde su azken başlaması ve bir"
    " yıldan fazla sürmesi bekleniyor. O zamana kadar sürücüler vadiden geçen daha uzun yolu"
    " kullanmak zorunda kalacak, dedi belediye başkanı.",
    "ru": "Городской совет в понедельник вечером решил восстановить старый мост, который закрыт"
    " после апрельского наводнения. Работы должны начаться осенью, когда воды в реке мало, и"
    " продлятся больше года. До тех пор водителям придётся пользоваться более длинной дорогой"
    " через долину, сообщила мэрия.",
    "uk": "Міська рада в понеділок увечері вирішила відбудувати старий міст, який закритий після"
    " квітневої повені. Роботи мають початися восени, коли води в річці мало, і триватимуть"
    " понад рік. До того часу водіям доведеться користуватися довшою дорогою через долину,"
    " повідомили в мерії міста.",
    "el": "Το δημοτικό συμβούλιο αποφάσισε τη Δευτέρα το βράδυ να ξαναχτίσει την παλιά γέφυρα, που"
    " είναι κλειστή από τις πλημμύρες του Απριλίου. Οι εργασίες θα αρχίσουν το φθινόπωρο, όταν το"
    " ποτάμι έχει λίγο νερό, και θα διαρκέσουν πάνω από έναν χρόνο, ανακοίνωσε ο δήμαρχος.",
    "ja": "市議会は月曜日の夜、四月の洪水以来閉鎖されている古い橋を再建することを決めた。工事は川の水位が"
    "下がる秋に始まり、一年以上かかる見通しだ。それまでの間、運転手は谷を通る遠回りの道を使わなければ"
    "ならないと市長は述べた。",
    "zh": "市议会周一晚上决定重建自四月洪水以来一直关闭的旧桥。工程将于秋季河水水位较低时开始，预计需要"
    "一年多的时间。市长表示，在此之前，司机必须走穿过山谷的较长的道路。州政府将承担三分之二的费用。",
    "ko": "시의회는 월요일 저녁 4월 홍수 이후 폐쇄된 오래된 다리를 다시 짓기로 결정했다. 공사는 강의 수위가"
    " 낮은 가을에 시작되어 일 년 넘게 걸릴 예정이다. 그때까지 운전자들은 골짜기를 지나는 더 먼 길을"
    " 이용해야 한다고 시장이 말했다.",
    "ar": "قرر المجلس البلدي مساء الاثنين إعادة بناء الجسر القديم المغلق منذ فيضانات أبريل. ومن المقرر"
    " أن تبدأ الأعمال في الخريف عندما يكون منسوب النهر منخفضا، وستستغرق أكثر من عام. وحتى ذلك الحين"
    " سيتعين على السائقين استخدام الطريق الأطول عبر الوادي.",
}
SAYS_NOTHING = "12:30 – 14:45"


@cache
def library() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def code_of(text: str, claimed: str | None) -> str:
    [english] = plainly_english(encoded([text.encode()]))
    return language_of(text, claimed, english)


@pytest.mark.parametrize("language", PARAGRAPHS)
def test_a_paragraphs_language_is_identified_by_its_text(language: str) -> None:
    assert code_of(PARAGRAPHS[language], None) == language


CLOSE_RELATIVES = {
    "gl": "O concello decidiu o luns pola noite reconstruír a vella ponte, que está pechada desde as"
    " inundacións de abril. As obras comezarán no outono, cando o río leva pouca auga.",
    "ca": "L'ajuntament va decidir dilluns al vespre reconstruir el vell pont, que està tancat des de"
    " les inundacions d'abril. Les obres començaran a la tardor, quan el riu porta poca aigua.",
    "da": "Byrådet besluttede mandag aften at genopbygge den gamle bro, som har været lukket siden"
    " oversvømmelsen i april. Arbejdet skal begynde til efteråret, når vandstanden er lav.",
    "no": "Kommunestyret vedtok mandag kveld å gjenoppbygge den gamle broen, som har vært stengt"
    " siden flommen i april. Arbeidet skal begynne til høsten, når vannstanden i elva er lav.",
    "sk": "Mestské zastupiteľstvo v pondelok večer rozhodlo o obnove starého mosta, ktorý je od"
    " aprílovej povodne uzavretý. Práce sa majú začať na jeseň, keď je v rieke málo vody.",
    "ms": "Majlis perbandaran memutuskan pada malam Isnin untuk membina semula jambatan lama yang"
    " ditutup sejak banjir pada bulan April. Kerja-kerja akan bermula apabila air sungai rendah.",
}


@pytest.mark.parametrize("language", CLOSE_RELATIVES)
def test_close_relatives_are_told_apart(language: str) -> None:
    """Galician and Portuguese, Danish and Norwegian: otherwise copies land in two shards."""
    assert code_of(CLOSE_RELATIVES[language], None) == language


@pytest.mark.parametrize("language", PARAGRAPHS)
def test_a_tag_that_agrees_changes_nothing(language: str) -> None:
    assert code_of(PARAGRAPHS[language], f"{language}-XX") == language


@pytest.mark.parametrize("language", PARAGRAPHS)
def test_a_tag_that_disagrees_with_a_clear_text_is_ignored(language: str) -> None:
    """A site's template says `en` on every page: its copies would land in another shard."""
    claimed = "sw" if language == "en" else "en"
    assert code_of(PARAGRAPHS[language], claimed) == language


@pytest.mark.parametrize(
    ("claimed", "language"),
    [
        ("de", "de"),
        ("de-CH", "de"),
        ("de_AT", "de"),
        ("DE", "de"),
        ("zh-Hant-TW", "zh"),
        ("iw", "he"),
        ("in", "id"),
        ("nb-NO", "no"),
        ("nn", "no"),
        ("tl", "fil"),
        ("fil", "fil"),
        ("und", UNDETERMINED),
        ("x-klingon", UNDETERMINED),
        ("german", UNDETERMINED),
        ("d3", UNDETERMINED),
        ("-", UNDETERMINED),
        ("", UNDETERMINED),
        (None, UNDETERMINED),
    ],
)
def test_the_tag_decides_if_the_text_says_nothing(claimed: str | None, language: str) -> None:
    assert code_of("", claimed) == language
    assert code_of(SAYS_NOTHING, claimed) == language


CANTONESE = (
    "市議會喺星期一夜晚決定重建條舊橋，呢條橋自從四月水浸之後一直封閉。工程會喺秋天河水低嘅時候開始，預計要一年"
    "幾時間。喺呢段期間，司機要行山谷嗰條長啲嘅路。市長話唔使擔心，政府會畀錢。"
)
EGYPTIAN = (
    "مجلس المدينة قرر يوم الاتنين بالليل انه يبني الكوبري القديم تاني، اللي كان مقفول من ساعة"
    " الفيضان بتاع ابريل. الشغل هيبدأ في الخريف لما المية تبقى واطية في النهر وهياخد اكتر من سنة."
)


def test_a_dialect_counts_as_the_language_that_its_news_is_written_in() -> None:
    assert code_of(CANTONESE, None) == "zh"
    assert code_of(EGYPTIAN, None) == "ar"


def test_fifty_words_of_a_table_are_still_english() -> None:
    text = (
        "Oper shr 1.80 dlrs vs 1.46 dlrs Oper net 25.0 mln vs 20.2 mln Sales 1.09 billion vs 996.4 mln"
        " Avg shrs 13.9 mln vs 13.8 mln Year Oper shr 3.20 dlrs vs 2.57 dlrs Oper net 44.4 mln"
    )
    assert code_of(text, None) == "en"


def test_every_move_of_the_automaton_is_kept() -> None:
    moves, chance = load_model().moves, np.random.default_rng(1)
    table = np.asarray(library().tk_nextmove, np.uint32).reshape(-1, 256)
    for row in chance.choice(len(table), 60, replace=False):
        found = [next_state(moves, row, np.uint8(letter)) for letter in range(256)]
        assert found == table[row].tolist()
    assert sum(array.nbytes for array in moves) < table.nbytes / 3


@pytest.mark.parametrize("other", [0, 1, 63, 64, 65, 128, 255, 256])
def test_a_row_may_have_any_number_of_moves_of_its_own(other: int) -> None:
    table, chance = (
        np.arange(3 * 256, dtype=np.uint32).reshape(3, 256),
        np.random.default_rng(other),
    )
    table[1:] = table[0]
    for row in (1, 2):
        table[row, chance.choice(256, other, replace=False)] = 7000 + np.arange(other)
    moves = Moves.of(table, 0)
    for row in range(3):
        found = [next_state(moves, np.int64(row), np.uint8(letter)) for letter in range(256)]
        assert found == table[row].tolist()


@pytest.mark.parametrize("language", PARAGRAPHS | CLOSE_RELATIVES)
def test_the_compiled_loop_agrees_with_the_library(language: str) -> None:
    text = (PARAGRAPHS | CLOSE_RELATIVES)[language]
    label, probability = classify(text)
    expected, expected_probability = library().classify(text)
    assert label == expected
    assert probability == pytest.approx(expected_probability, abs=0.01)


def test_a_text_without_features_has_no_confident_language() -> None:
    assert classify("")[1] < 0.1


def test_a_word_or_two_do_not_override_the_tag() -> None:
    assert code_of("Goal!", "fi") == "fi"
    assert code_of("Oil prices rise", "en") == "en"
    assert code_of("El presidente", "es") == "es"
    assert code_of("OK", None) == UNDETERMINED


def test_a_short_headline_takes_the_tag_that_fits() -> None:
    assert code_of("Brücke wieder offen", "de") == "de"


def test_only_the_beginning_is_read() -> None:
    """Otherwise a megabyte of text would take a second."""
    begun = PARAGRAPHS["en"] * 5
    assert code_of(begun + PARAGRAPHS["ja"] * 1000, None) == "en"


pieces = st.sampled_from(
    ["the ", "th", "e ", "to ", "into ", "of", " ", "and ", "in ", "an", "é", "桥", "x"]
)


@settings(deadline=None)
@given(st.lists(st.lists(pieces, max_size=30).map(lambda some: "".join(some) * 9), max_size=3))
def test_text_is_plainly_english_by_the_short_words_of_its_beginning(texts: list[str]) -> None:
    def expected(sample: str) -> bool:
        the, *others = (sample.count(w) for w in ("the ", "to ", "of ", "and ", "in "))
        return the * 250 >= len(sample) and (the + sum(others)) * 80 > len(sample)

    found = plainly_english(encoded([text.encode() for text in texts]))
    assert found == [expected(text[:600]) for text in texts]


@settings(deadline=None)
@given(st.text(), st.one_of(st.none(), st.text(st.characters(max_codepoint=127))))
def test_any_text_and_tag_give_a_code_of_the_contract(text: str, claimed: str | None) -> None:
    assert re.fullmatch(r"[a-z]{2,3}", code_of(text, claimed))
