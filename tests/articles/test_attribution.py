"""Agencies: who provided a text and who is cited, from fields, dateline, end line and prose."""

from __future__ import annotations

import re

import pytest

from schemas.normalised_article import Agency
from streams.articles.agencies import agencies
from streams.articles.attribution import Attribution, attribute
from streams.articles.text_scan import scan_texts

STORY = "The council decided on Monday to rebuild the old bridge over the river."
REST = "It has been closed since the flood in April, and the ferry goes on until it is done."


def attributed(text: str, **fields: str | None) -> Attribution:
    given = {"source": None, "credit": None, "byline": None} | fields
    return attribute(text, scan_texts([text])[0].names, **given)


def found(text: str = STORY, **fields: str | None) -> list[tuple[str, str, str]]:
    agencies = [Agency.model_validate(a) for a in attributed(text, **fields).agencies]
    return [(agency.name, agency.role, agency.evidence) for agency in agencies]


@pytest.mark.parametrize(
    ("credit", "agency"),
    [
        ("Reuters", "Reuters"),
        ("REUTERS", "Reuters"),
        ("Thomson Reuters", "Reuters"),
        ("AP", "AP"),
        ("(AP)", "AP"),
        ("The Associated Press", "AP"),
        ("Agence France-Presse", "AFP"),
        ("© AFP 2026", "AFP"),
        ("dpa-infocom", "dpa"),
        ("DPA", "dpa"),
        ("ITAR-TASS", "TASS"),
        ("Agencia EFE", "EFE"),
        ("Kyodo News", "Kyodo"),
        ("Yonhap", "Yonhap"),
        ("新华社", "Xinhua"),
        ("ТАСС", "TASS"),
        ("رويترز", "Reuters"),
        ("연합뉴스", "Yonhap"),
        ("時事通信", "Jiji"),
    ],
)
def test_an_agency_is_found_by_any_of_its_names(credit: str, agency: str) -> None:
    assert found(credit=credit) == [(agency, "provider", "credit")]


@pytest.mark.parametrize(
    "credit",
    ["", "Own report", "ap", "Apple", "Lusaka Times", "Reuterswärd", "snap", "KEFE", "AP1"],
)
def test_part_of_a_word_is_not_taken_for_an_agency(credit: str) -> None:
    assert found(credit=credit) == []


@pytest.mark.parametrize(
    ("text", "agency", "place", "story"),
    [
        ("LONDON, March 3 (Reuters) - Ferries stopped.", "Reuters", "LONDON", "Ferries stopped."),
        ("MOSCOW, June 3. /TASS/. Ferries stopped.", "TASS", "MOSCOW", "Ferries stopped."),
        ("BEIJING, June 4 (Xinhua) -- Ferries stopped.", "Xinhua", "BEIJING", "Ferries stopped."),
        ("NEW YORK (AP) — Ferries stopped.", "AP", "NEW YORK", "Ferries stopped."),
        ("Berlin (dpa) - Die Fähren stehen.", "dpa", "Berlin", "Die Fähren stehen."),
        ("Madrid, 3 jun (EFE).- Los ferris paran.", "EFE", "Madrid", "Los ferris paran."),
        ("МОСКВА, 3 июня. /ТАСС/. Паромы стоят.", "TASS", "МОСКВА", "Паромы стоят."),
        ("(Reuters) - Ferries stopped.", "Reuters", None, "Ferries stopped."),
        ("AFP - Ferries stopped.", "AFP", None, "Ferries stopped."),
        ("新华社北京6月3日电 渡轮停航。", "Xinhua", "北京", "渡轮停航。"),
        ("［東京　３日　ロイター］ - フェリーが停止。", "Reuters", "東京", "フェリーが停止。"),
        ("(서울=연합뉴스) 김철수 기자 = 여객선이 멈췄다.", "Yonhap", "서울", "여객선이 멈췄다."),
    ],
)
def test_a_dateline_names_place_and_agency_and_is_not_compared(
    text: str, agency: str, place: str | None, story: str
) -> None:
    result = attributed(text)
    assert (agency, "provider", "dateline") in found(text)
    assert result.place == place
    assert text[result.start :].strip() == story


def test_a_dateline_may_name_no_agency() -> None:
    result = attributed(f"GENEVA: {STORY}")
    assert (result.place, result.agencies) == ("GENEVA", [])


@pytest.mark.parametrize("text", ["ANALYSIS: What now?", "Agents (AFP) met him.", "He told (AP)."])
def test_what_only_looks_like_a_dateline_is_not_taken_for_one(text: str) -> None:
    assert [a for a in found(text) if a[2] == "dateline"] == []


@pytest.mark.parametrize(
    ("ending", "agency", "evidence"),
    [
        (" (Reuters)", "Reuters", "end_line"),
        (" (dpa, AFP)", "dpa", "end_line"),
        ("\nSource: Xinhua", "Xinhua", "end_line"),
        (" - AFP", "AFP", "end_line"),
        ("\nAFP", "AFP", "end_line"),
        (" (Reporting by A. Berg; Editing by B. Cole)", "Reuters", "end_line"),
        ("\n© 2026 The Associated Press. All rights reserved.", "AP", "copyright"),
        ("\nAP writers Ana Berg and Bo Cole contributed to this report.", "AP", "contributed"),
        (" With inputs from PTI.", "PTI", "contributed"),
    ],
)
def test_the_end_line_names_the_provider(ending: str, agency: str, evidence: str) -> None:
    assert (agency, "provider", evidence) in found(STORY + ending)


@pytest.mark.parametrize(
    ("sentence", "evidence"),
    [
        ("State media KCNA reported a launch.", "cited"),
        ("“It floats,” she told Reuters on Friday.", "cited"),
        ("Xinhua said the bridge was old.", "cited"),
        ("A view of the bridge. Ana Berg/AFP/Getty Images", "photo"),
        ("Shares of Thomson Reuters fell.", "mention"),
    ],
)
def test_an_agency_named_in_the_text_is_not_a_provider(sentence: str, evidence: str) -> None:
    agencies = found(f"{STORY} {sentence} {STORY} {'More was not known then. ' * 30}")
    assert [(role, kind) for _, role, kind in agencies] == [("cited", evidence)]


def test_an_agency_on_its_own_site_is_the_publisher() -> None:
    assert found(source="tass.com") == [("TASS", "provider", "publisher")]


def test_providers_come_first_and_each_agency_once() -> None:
    text = f"{STORY} Officials told AFP more. {STORY * 10} (Reuters)"
    agencies = found(text, byline="By Ana Berg, dpa and AP", credit="Reuters / Thomson Reuters")
    assert agencies == [
        ("Reuters", "provider", "credit"),
        ("dpa", "provider", "byline"),
        ("AP", "provider", "byline"),
        ("AFP", "cited", "cited"),
    ]


@pytest.mark.parametrize("byline", ["Michael Bloomberg", "By Ana Berg", "PAula Sid"])
def test_a_person_is_not_taken_for_an_agency(byline: str) -> None:
    assert found(byline=byline) == []


@pytest.mark.parametrize(
    "tail",
    [
        "(This story has not been edited by our staff and is published from a feed.)",
        "This article was published with permission without modifications.",
        "(Reporting by A. Berg; Editing by B. Cole)",
        "© 2026 Example Media. All rights reserved.",
    ],
)
def test_boilerplate_at_the_end_is_not_compared(tail: str) -> None:
    story = f"{STORY} {REST}"
    text = f"{story}\n\n{tail}"
    result = attributed(text)
    assert text[result.start : result.end].strip() == story


EXAMPLES = [(agency.name, example) for agency in agencies().values() for example in agency.examples]


@pytest.mark.parametrize(("agency", "example"), EXAMPLES)
def test_an_agency_is_the_provider_of_articles_that_begin_or_end_like_its_own(
    agency: str, example: str
) -> None:
    place = re.search(r"\{(.*?)\}", example)
    form = re.sub(r"[{}]", "", example)
    body = f"{STORY} {REST}"
    if form.startswith("..."):
        gap = "" if form.startswith("... \n") else " "
        text = f"{body}{gap}{form[3:].lstrip(' ')}"
    else:
        text = f"{form}{body}"
    result = attributed(text)
    assert agency in [a["name"] for a in result.agencies if a["role"] == "provider"]
    assert result.place == (place[1] if place else None)
    if not form.startswith("..."):
        assert text[result.start :].strip() == body


@pytest.mark.parametrize(
    ("byline", "agency"),
    [
        ("Carla Moss via AP", "AP"),
        ("Carla Moss for PA", "PA Media"),
        ("Carla Moss, PA Science Correspondent", "PA Media"),
        ("Le Courrier avec AFP", "AFP"),
        ("Redaktion mit dpa", "dpa"),
        ("CARLA MOSS | AP", "AP"),
        ("Da agência Lusa", "Lusa"),
        ("Carla Moss – AAP", "AAP"),
        ("Met ANP", "ANP"),
    ],
)
def test_a_byline_names_the_agency_that_the_author_writes_for(byline: str, agency: str) -> None:
    assert found(byline=byline) == [(agency, "provider", "byline")]


@pytest.mark.parametrize(
    "ending",
    [
        "“We will wait no longer,” the mayor told The Associated Press.",
        "« Nous n’attendrons plus », a déclaré la maire à l’AFP.",
        "«Non aspetteremo oltre», ha detto la sindaca all’ANSA.",
        '"No vamos a esperar más", dijo la alcaldesa a Efe.',
        "Das sagte die Bürgermeisterin der dpa.",
        "Об этом сообщает ТАСС.",
        "Det siger borgmesteren til Ritzau.",
        "A ferry at the quay on Monday. Photo: Carla Moss/AFP",
        "A ferry at the quay on Monday. (AP Photo/Carla Moss)",
        "The bonds are rated AA-3.",
        "Shares of <BOUY.PA> rose.",
        "The director is Carla Petra",
        "\nPetra",
        "With inputs from agencies",
    ],
)
def test_an_agency_that_is_quoted_or_pictured_in_the_last_line_is_not_a_provider(
    ending: str,
) -> None:
    text = f"{STORY} {ending}" if ending[0] != "\n" else STORY + ending
    assert [a for a in found(text) if a[1] == "provider"] == []


@pytest.mark.parametrize(
    "footer",
    [
        "\nThe post Bridge to be rebuilt appeared first on The Daily.",
        "\n(This story has not been edited by our staff and is published from a feed.)",
        "\nSubscribe to our newsletter for more.",
    ],
)
def test_an_end_line_may_stand_above_a_sites_own_footer(footer: str) -> None:
    assert ("Reuters", "provider", "end_line") in found(f"{STORY} {REST} (Reuters){footer}")
    assert ("AAP", "provider", "end_line") in found(f"{STORY} {REST}\nAAP{footer}")


@pytest.mark.parametrize(
    ("text", "agency"),
    [
        (f"Door: AFP\n\n{STORY}", "AFP"),
        (f"به گزارش ایرنا، {STORY}", "IRNA"),
        (f"{STORY}\n\n(This story comes from a syndicated feed: IANS)", "IANS"),
        (f"{STORY}\n\nCe texte de l'AFP a été publié le 2 mars.", "AFP"),
    ],
)
def test_sentences_that_say_where_a_text_is_from_name_the_agency(text: str, agency: str) -> None:
    assert [(name, role) for name, role, _ in found(text)] == [(agency, "provider")]


def test_a_name_in_latin_letters_may_adjoin_scripts_without_blanks() -> None:
    assert [name for name, _, _ in found("【ローマAFP＝時事】市議会は可決した。")] == [
        "AFP",
        "Jiji",
    ]
