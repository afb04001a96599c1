"""Agencies named in credits and bylines."""

from __future__ import annotations

import pytest

from schemas.normalised_article import Agency
from streams.articles.agencies import agencies_of


def names(credit: str | None, byline: str | None) -> list[tuple[str, str]]:
    found = [Agency.model_validate(agency) for agency in agencies_of(credit, byline)]
    assert {agency.role for agency in found} <= {"provider"}
    return [(agency.name, agency.evidence) for agency in found]


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
    ],
)
def test_an_agency_is_found_by_any_of_its_names(credit: str, agency: str) -> None:
    assert names(credit, None) == [(agency, "credit")]


@pytest.mark.parametrize(
    "credit",
    ["", "Own report", "APA", "ap", "Apple", "Lusaka Times", "Reuterswärd", "snap", "KEFE", "AP1"],
)
def test_part_of_a_word_is_no_agency(credit: str) -> None:
    assert names(credit, None) == []


def test_agencies_come_in_the_order_found_each_once() -> None:
    assert names("Reuters / AP / Thomson Reuters", "By Ana Berg, dpa and AP") == [
        ("Reuters", "credit"),
        ("AP", "credit"),
        ("dpa", "byline"),
    ]


def test_no_fields_name_no_agencies() -> None:
    assert names(None, None) == []
