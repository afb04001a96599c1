"""Nothing is installed with echowire that its users could not pass on as they like."""

from __future__ import annotations

import pytest

from deploy.licences import allowed, packages


@pytest.mark.parametrize(
    "licence",
    [
        "MIT", "Apache 2.0", "BSD License", "Mozilla Public License 2.0 (MPL 2.0)",
        "MPL-2.0 AND (Apache-2.0 OR MIT)", "MPL-1.1 OR GPL-2.0-only OR LGPL-2.1-or-later",
    ],
)  # fmt: skip
def test_permissive_licences_are_allowed(licence: str) -> None:
    assert allowed(licence)


@pytest.mark.parametrize(
    "licence",
    ["", "GPL-3.0-only", "MIT AND LGPL-2.1", "MIT AND (GPL-2.0 OR AGPL-3.0)", "Proprietary"],
)
def test_other_licences_are_not_allowed(licence: str) -> None:
    assert not allowed(licence)


def test_every_package_of_the_lock_file_has_an_allowed_one() -> None:
    found = list(packages())
    assert len(found) > 40
    assert [p for p in found if not allowed(p.licence)] == []
