"""The table of agencies: one entry is all that a new agency needs."""

from __future__ import annotations

import pytest

from streams.articles.agencies import Agency, agencies, agency_of_site
from streams.detection.sketch.evidence import agency_named, cut_name
from streams.metrics.labels import AGENCIES

TABLE = list(agencies().values())


@pytest.mark.parametrize("agency", TABLE, ids=lambda agency: agency.name)
def test_an_agency_is_known_by_each_of_its_sites_and_names(agency: Agency) -> None:
    assert agency.names or agency.short
    for domain in agency.domains:
        assert agency_of_site(domain) == agency_of_site(f"english.{domain}") == agency.name
        assert agency_of_site(f"not{domain}") is None
    for name in agency.names:
        assert agency_of_site(name) == agency.name


def test_no_two_agencies_share_a_site_or_a_spelling() -> None:
    for of in ("domains", "names", "short"):
        every = [value for agency in TABLE for value in getattr(agency, of)]
        assert sorted(every) == sorted(set(every))


def test_each_agencys_name_survives_the_cut_to_the_size_of_a_row() -> None:
    assert [agency_named(cut_name(agency.name)) for agency in TABLE] == [a.name for a in TABLE]


def test_metrics_have_a_series_for_each_agency_that_the_table_marks() -> None:
    assert {agency.name for agency in TABLE if agency.measured} == {*AGENCIES} - {"other"}
