"""Kafka's jars: downloaded once from Maven Central, checked against a committed list.

`python -m deploy.kafka.jars > jars.sha256` prints the list for new
COORDINATES; read the difference before it replaces the committed one.
"""

import hashlib
import os
import sys
import tempfile
import time
from pathlib import Path

from jgo.maven import MavenContext

KAFKA_VERSION = "4.3.1"

# The "!" keeps jgo from treating a coordinate as a bill of materials. Without
# it log4j's parent, which pins the Kafka client that log4j is tested with,
# puts kafka-clients 3.9.1 under a 4.3.1 broker.
COORDINATES = (
    f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}!",
    "org.apache.logging.log4j:log4j-slf4j-impl:2.25.4!",
)

CHECKSUMS_PATH = Path(__file__).with_name("jars.sha256")

# Written beside the jars once their checksums were right: a line of size,
# sha256 and name for each. Later starts compare names and sizes with it
# instead of reading 45 MB again.
MARKER_NAME = "verified"

DOWNLOAD_TIMEOUT_SECONDS = 60  # without a byte from the server


class JarsUnavailableError(RuntimeError):
    """The jars could not be downloaded, or are not the ones that the list names."""


def cache_directory() -> Path:
    """`$ECHOWIRE_CACHE`, else `echowire` in the user's cache folder."""
    if own := os.environ.get("ECHOWIRE_CACHE"):
        return Path(own)
    if shared := os.environ.get("XDG_CACHE_HOME"):
        return Path(shared) / "echowire"
    return Path.home() / ".cache" / "echowire"


def fetch_jars(cache: Path) -> Path:
    """Return the folder with Kafka's jars, downloading them first if necessary.

    It is built beside its final place and renamed: it is either absent or
    whole, also when two processes fetch at once.

    Raises JarsUnavailableError: no download, or a jar is not the listed one.
    """
    jars = cache / f"kafka-{KAFKA_VERSION}"
    if not jars.is_dir():
        _fill(jars)
    if different := _differences(jars):
        raise JarsUnavailableError(
            f"{jars} does not hold what {CHECKSUMS_PATH.name} lists: {', '.join(different)}; "
            "delete the folder and fetch again"
        )
    return jars


def _fill(jars: Path) -> None:
    jars.parent.mkdir(parents=True, exist_ok=True)
    sys.stderr.write(f"fetching Kafka {KAFKA_VERSION} from Maven Central into {jars}\n")
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="kafka-fetch-", dir=jars.parent) as temporary:
        staging = _download(Path(temporary))
        if different := _differences(staging):
            raise JarsUnavailableError(
                f"Maven Central sent not what {CHECKSUMS_PATH.name} lists: {', '.join(different)}"
            )
        sizes = [path.stat().st_size for path in staging.glob("*.jar")]
        try:
            staging.rename(jars)
        except OSError:
            if not jars.is_dir():  # else another process was quicker: take its folder
                raise
    sys.stderr.write(
        f"fetched {len(sizes)} jars, {sum(sizes) / 1e6:.0f} MB, "
        f"in {time.monotonic() - started:.0f} s\n"
    )


def _download(directory: Path) -> Path:
    """Resolve COORDINATES and return a new folder in `directory` with every jar.

    Only jgo's Maven layer is used: its environments also sort jars into
    modules, for which they would download a whole JDK. Maven's own repository
    in the home folder stays as it is.
    """
    context = MavenContext(repo_cache=directory / "maven", timeout=DOWNLOAD_TIMEOUT_SECONDS)
    try:
        direct, transitive = context.resolver.resolve(
            [context.create_dependency(coordinate) for coordinate in COORDINATES]
        )
        paths = [dependency.artifact.resolve() for dependency in [*direct, *transitive]]
    except (RuntimeError, OSError) as error:  # OSError: also what requests raises
        raise JarsUnavailableError(
            f"Kafka {KAFKA_VERSION} could not be taken from Maven Central: {error}"
        ) from error
    jars = directory / "jars"
    jars.mkdir()
    for path in paths:
        path.rename(jars / path.name)
    return jars


def _differences(jars: Path) -> list[str]:
    """Names of missing, additional and changed jars; writes the marker if there are none."""
    lines = [line.split() for line in CHECKSUMS_PATH.read_text().splitlines()]
    expected = {name: digest for digest, name in lines}
    sizes = {path.name: path.stat().st_size for path in jars.glob("*.jar")}
    inventory = "".join(
        f"{size} {expected.get(name)} {name}\n" for name, size in sorted(sizes.items())
    )
    marker = jars / MARKER_NAME
    if sizes.keys() == expected.keys() and marker.exists() and marker.read_text() == inventory:
        return []
    different = sorted({name for name, _ in expected.items() ^ _checksums(jars).items()})
    if not different:
        marker.write_text(inventory)
    return different


def _checksums(directory: Path) -> dict[str, str]:
    """Name -> sha256 of every jar in the folder."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(directory.glob("*.jar"))
    }


def _print_checksums() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        for name, digest in _checksums(_download(Path(temporary))).items():
            sys.stdout.write(f"{digest}  {name}\n")


if __name__ == "__main__":
    _print_checksums()
