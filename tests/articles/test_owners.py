"""Who owns which publishers: ten sites of one chain are one family."""

from __future__ import annotations

import tomllib
from collections import Counter
from importlib.resources import files
from pathlib import Path

import pytest

from streams.articles.outlets import OutletsError, outlets


def table() -> dict[str, list[str]]:
    path = files("streams.articles") / "data" / "outlets.toml"
    owners: dict[str, list[str]] = tomllib.loads(path.read_text(encoding="utf-8"))["owners"]
    return owners


def test_a_site_has_one_owner_and_an_owner_has_several_sites_or_is_a_groups() -> None:
    sites = Counter(site for sites in table().values() for site in sites)
    assert [site for site, count in sites.items() if count > 1] == []
    assert all(len(sites) > 1 for sites in table().values())
    assert all(site == site.lower() and "." in site and "/" not in site for site in sites)


def test_owners_are_of_at_least_twelve_countries() -> None:
    endings = {site.rpartition(".")[2] for sites in table().values() for site in sites}
    countries = {ending for ending in endings if len(ending) == 2}
    assert len(countries) >= 12


@pytest.mark.parametrize(
    ("source", "family"),
    [
        ("bild.de", "Axel Springer"),
        ("BILD", "Axel Springer"),
        ("welt.de", "Axel Springer"),
        ("asia.nikkei.com", "Nikkei"),
        ("regional.welt.de", "Axel Springer"),
        ("nobody.example", "nobody.example"),
        ("Harbor Gazette", "Harbor Gazette"),
        ("theguardian.com", "theguardian.com"),
        ("The Guardian", "theguardian.com"),
        ("notbild.de", "notbild.de"),
        (None, None),
    ],
)
def test_the_family_of_a_publisher(source: str | None, family: str | None) -> None:
    assert outlets().family(source) == family


def test_a_table_of_ones_own_adds_owners(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(
        '[outlets]\n"a.example" = ["A"]\n[owners]\n"Group" = ["a.example", "bild.de"]\n'
    )
    assert outlets(str(path)).family("A") == "Group"
    assert outlets(str(path)).family("bild.de") == "Group"
    assert outlets(str(path)).family("welt.de") == "Axel Springer"
    path = tmp_path / "wrong.toml"
    path.write_text('[outlets]\n[owners]\n"Group" = 3\n')
    with pytest.raises(OutletsError, match=r"wrong\.toml"):
        outlets(str(path))
