"""Links between the pages lead somewhere, and what is drawn fits a terminal."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from deploy.command_reference import PAGE, reference

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("schemas/*.md")])
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


def anchors(page: Path) -> set[str]:
    """Of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    kept = [re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings]
    return {heading.replace(" ", "-") for heading in kept}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for target in _LINK.findall(_CODE.sub("", page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        place = (page.parent / path).resolve() if path else page
        if not place.exists() or (
            anchor and place.suffix == ".md" and anchor not in anchors(place)
        ):
            broken.append(target)
    assert broken == []


def test_the_reference_of_commands_is_theirs() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference()


def test_the_pictures_of_the_architecture_fit_eighty_columns() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    pictures = re.findall(r"```text\n(.*?)```", page, re.DOTALL)
    assert len(pictures) == 2
    assert max(len(line) for picture in pictures for line in picture.splitlines()) <= 80


def test_files_that_the_architecture_names_are_there() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:streams|schemas|tests|deploy)/[\w./]*)`", page)
    assert len(named) > 10
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_each_release_in_the_changelog_names_its_algorithm() -> None:
    log = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    releases = re.split(r"^## ", log, flags=re.MULTILINE)[1:]
    assert [r.splitlines()[0].split()[0] for r in releases] == ["Unreleased", "0.1.0"]
    assert all(re.match(r".*\n\n\*Algorithm\* \d+: `\d+/", release) for release in releases)


def test_the_tables_are_as_large_as_the_documents_say() -> None:
    data = ROOT / "streams" / "articles" / "data"
    agencies = tomllib.loads((data / "agencies.toml").read_text(encoding="utf-8"))
    owners = tomllib.loads((data / "outlets.toml").read_text(encoding="utf-8"))["owners"]
    languages = [
        tomllib.loads(path.read_text(encoding="utf-8")) for path in data.glob("languages/*.toml")
    ]
    examples = sum("examples" in agency for agency in agencies.values())
    asked, walled, framed = (
        sum(table in language for language in languages)
        for table in ("reader_requests", "walls", "frames")
    )
    said = " ".join(
        (ROOT / "docs" / name).read_text(encoding="utf-8")
        for name in ("normalising.md", "detection.md")
    )
    said = " ".join(said.split())
    for figure in (
        f"has {len(agencies)} agencies",
        f"begin and end for {examples} of them",
        f"`[owners]` has {len(owners)} chains",
        f"(`[reader_requests]`, {asked} languages)",
        f"in {walled} languages (`[walls]`)",
        f"for {framed} languages, `[frames]`",
    ):
        assert figure in said


def test_the_changelogs_remedy_for_another_algorithm_is_on_the_page_that_it_names() -> None:
    log = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    page = (ROOT / "docs" / "upgrading.md").read_text(encoding="utf-8")
    assert "need\n`echowire rebuild` ([upgrading](docs/upgrading.md))" in log
    assert "`echowire rebuild`" in page[page.index("another *algorithm*") :]
