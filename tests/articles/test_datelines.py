"""Where a dateline stands, and which parts of it are place and agency."""

from __future__ import annotations

import pytest

from tests.articles.records import normalised

STORY = " The council of the town votes on the bridge tomorrow, and the ferry goes on until then."


def named(text: str) -> tuple[str | None, list[str]]:
    """-> dateline and providers of an article."""
    article = normalised(text=text + STORY * 3)
    providers = [a.name for a in article.agencies if a.role == "provider"]
    return article.dateline, providers


@pytest.mark.parametrize(
    ("text", "place", "agency"),
    [
        ("OSLO, March 9 (Reuters) -", "OSLO", "Reuters"),
        ("Ferry strike ends\n\nBy Carla Moss\n\nOSLO, March 9 (Reuters) -", "OSLO", "Reuters"),
        ("(Updates with the vote in paragraph 3)\n\nBERLIN (Reuters) -", "BERLIN", "Reuters"),
        ("Chennai, Apr 4 (PTI)", "Chennai", "PTI"),
        ("Kiel (dpa/lno) -", "Kiel", "dpa"),
        ("TOMSK /Siberia/, May 5. /TASS/.", "TOMSK", "TASS"),
        ("TOMSK, May 5. /TASS, Ivan Volkov/.", "TOMSK", "TASS"),
        ("March 9 (Reuters) -", None, "Reuters"),
        ("Xinhua, NAIROBI\n", "NAIROBI", "Xinhua"),
        ("Press Trust of India, Chennai\n", "Chennai", "PTI"),
        ("بيروت - رويترز\n", "بيروت", "Reuters"),
        ("据新华社上海4月9日电", "上海", "Xinhua"),
        ("Oslo (NTB)", "Oslo", "NTB"),
        ("GENEVA, May 5. /TASS correspondent Carla Moss/.", "GENEVA", "TASS"),
        ("Nagpur (Mah), Apr 4 (PTI)", "Nagpur", "PTI"),
        ("مكة المكرمة 14 شعبان 1447 هـ الموافق 3 مارس 2026 م واس\n", "مكة المكرمة", "SPA"),
    ],
)
def test_a_dateline_is_found_below_title_and_byline_and_gives_place_and_agency(
    text: str, place: str | None, agency: str
) -> None:
    found, providers = named(text)
    assert (found, providers) == (place, [agency])


@pytest.mark.parametrize(
    "text",
    [
        "The minister resigned, the official Kenya News Agency\n(KNA) said.",
        "The flood, in a picture of April 4 (AP Photo/Carla Moss).",
        "On March 9 (Reuters) reported the end of the strike.",
        "Das Terminal am Dienstag. Foto: Carla Moss/dpa\n",
        "Agents (AFP) met him.",
        "Reuters Holdings PLC's Reuters\nInformation Services subsidiary",
        "Credit Commercial de France <CCFP.PA>\nreported",
    ],
)
def test_an_agency_in_a_sentence_makes_no_dateline(text: str) -> None:
    found, providers = named(text)
    assert (found, providers) == (None, [])
