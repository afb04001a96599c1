"""A child process that cannot outlive its parent.

A test run that is killed must not leave a broker behind. On Linux the kernel
kills the child when its parent ends (prctl's PR_SET_PDEATHSIG); elsewhere
only an orderly stop ends it.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from threading import Thread

# Runs in the child and becomes the command, so the process id stays. A
# `preexec_fn` would do the same between fork and exec, where Python code can
# deadlock if the parent has threads. The parent may have ended before prctl
# was called; then nobody would send the signal.
_TIE_AND_EXECUTE = """\
import ctypes, os, signal, sys
PR_SET_PDEATHSIG = 1
ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
if os.getppid() != int(sys.argv[1]):
    sys.exit("the parent process ended")
os.execv(sys.argv[2], sys.argv[2:])
"""


def spawn_tied(command: Sequence[str], output_path: Path) -> subprocess.Popen[bytes]:
    """Start `command` (an absolute path and arguments), its output appended to a file.

    It gets a process group of its own: Ctrl-C in a terminal goes to the
    parent, which decides how the child ends.

    The kernel watches the thread that forks, not the whole process: a child
    of a short-lived worker thread would be killed when that thread ends.
    Therefore a thread that lives as long as the child starts it.
    """
    if sys.platform == "linux":
        tie = [sys.executable, "-I", "-S", "-c", _TIE_AND_EXECUTE, str(os.getpid())]
    else:
        tie = []
    started: Future[subprocess.Popen[bytes]] = Future()

    def parent() -> None:
        try:
            with output_path.open("ab") as output:
                child = subprocess.Popen(  # noqa: S603 - no shell, nothing from outside
                    [*tie, *command],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    process_group=0,
                )
        except OSError as error:
            started.set_exception(error)
            return
        started.set_result(child)
        child.wait()

    Thread(target=parent, name=f"parent of {command[0]}", daemon=True).start()
    return started.result()
