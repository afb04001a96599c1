"""Settings under names of earlier versions: they still work, with a warning."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from typing import TypeVar

Value = TypeVar("Value")

log = logging.getLogger("echowire")

# Old name -> new name.
RENAMED = {"page_processes": "normalising_processes"}


def under_new_names(values: Mapping[str, Value], place: str = "") -> dict[str, Value]:
    """Values under their new names; if a setting has both, the new one wins.

    Warns of each old name, found in `place`: before logging is set up, as a line on
    standard error.
    """
    found = dict(values)
    for old, new in RENAMED.items():
        if old in found:
            value = found.pop(old)
            outcome = "ignored" if new in found else "still used"
            log.warning("%s%s is now called %s: rename it (%s)", place, old, new, outcome)
            found.setdefault(new, value)
    return found


def environment_under_new_names(prefix: str) -> dict[str, str]:
    """The environment's values under old names, under the new ones."""
    present = {name.upper(): name for name in os.environ}
    values = {
        name: os.environ[present[variable]]
        for pair in RENAMED.items()
        for name in pair
        if (variable := f"{prefix}{name}".upper()) in present
    }
    return under_new_names(values, "in the environment, ")
