"""File descriptors: how many a worker may have, and whether they have run out."""

from __future__ import annotations

import errno
import os
import resource
from typing import Self

from streams.errors import UserError

# Libraries, event loops, the pool's pipes and blocks, a connection per broker and client.
FEWEST = 256
# More are never needed, and some libraries iterate over every possible one.
_MOST = 65_536
_WHERE = "`ulimit -n`, LimitNOFILE= of systemd, --ulimit nofile= of docker"


class DescriptorsError(UserError):
    """There are too few descriptors; the message says what to do."""

    exit_code = 78

    @classmethod
    def of_now(cls) -> Self:
        """They have run out."""
        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        return cls(
            f"all of the {soft} files and connections that may be open at once are open: raise the"
            f" limit ({_WHERE}), and report it where that does not help"
        )


def raise_limit() -> None:
    """Raise this process's limit as far as it goes. Raises DescriptorsError if that is too low.

    The soft limit of many systems is 1,024, for the sake of programs older than poll().
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = _MOST if hard == resource.RLIM_INFINITY else min(hard, _MOST)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
        soft = allowed
    if soft != resource.RLIM_INFINITY and soft < FEWEST:
        raise DescriptorsError(
            f"{soft} files and connections may be open at once, and a worker needs {FEWEST}:"
            f" raise the limit ({_WHERE})"
        )


def is_exhausted(error: BaseException | None) -> bool:
    """Whether an error, or one of its causes, is a lack of descriptors."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE):
            return True
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return False


def none_left() -> bool:
    """Whether none are available: libraries report that a connection failed, but not why."""
    try:
        os.close(os.dup(2))
    except OSError as error:
        return is_exhausted(error)
    return False
