"""What is installed with echowire, in which version and under which licence: none that asks for
more than a notice, or for more than changes to its own files.

python -m deploy.licences     # a line for each package; fails and names those of other licences
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

LOCK = Path(__file__).parent / "lock" / "runtime.txt"

# How the names that packages give begin, in lower case: SPDX or their own wording.
ALLOWED = (
    "0bsd", "apache", "bsd", "3-clause bsd", "cc0", "cnri-python", "isc", "mit", "mozilla public",
    "mpl", "psf", "python software foundation", "python-2.0", "repoze public", "unlicense", "zlib",
    "the bsd",
)  # fmt: skip
_LONGEST = 100  # characters: some packages put the whole text in place of the name


@dataclass(frozen=True, slots=True)
class Package:
    """An installed package; `licence` is what it states, "" if nothing."""

    name: str
    version: str
    licence: str


def packages(lock: Path = LOCK) -> Iterator[Package]:
    """Yield the installed packages of a lock file: the others are for other systems."""
    for name in dict.fromkeys(re.findall(r"^([\w.-]+)==", lock.read_text(), re.MULTILINE)):
        try:
            metadata = distribution(name).metadata
        except PackageNotFoundError:
            continue
        classifiers = metadata.get_all("Classifier") or []
        named = [c.rpartition(" :: ")[2] for c in classifiers if c.startswith("License :: ")]
        text, expression = (
            "".join(metadata.get_all(field) or ()).strip()
            for field in ("License", "License-Expression")
        )
        said = expression or " AND ".join(named) or text.partition("\n")[0]
        yield Package(name, metadata["Version"], said[:_LONGEST])


def allowed(licence: str) -> bool:
    """Whether all of "A AND B", or one of "A OR B", are among the allowed ones."""
    inside = licence.replace("(", " ( ").replace(")", " ) ")
    if found := re.search(r"\( ([^()]*) (?:AND|OR) ([^()]*) \)", inside):
        # An expression in brackets counts as one licence, allowed or not.
        verdict = "MIT" if allowed(found[0].strip("() ")) else "refused"
        return allowed(inside[: found.start()] + verdict + inside[found.end() :])
    return all(
        any(choice.strip().lower().startswith(ALLOWED) for choice in part.split(" OR "))
        for part in inside.split(" AND ")
    )


def main() -> None:
    """Print the report. Exits with 1 if a licence is not allowed."""
    refused = []
    for package in packages():
        sys.stdout.write(f"{package.name} {package.version}: {package.licence or 'unnamed'}\n")
        if not allowed(package.licence):
            refused.append(f"{package.name} ({package.licence or 'unnamed'})")
    if refused:
        sys.exit(f"not under a licence that is allowed here: {', '.join(refused)}")


if __name__ == "__main__":
    main()
