"""`python -m tests.quality SUITE`: measure, and fail where a figure is worse than the kept one."""

from __future__ import annotations

import sys

from tests.quality import detection, languages
from tests.quality.credits import suite as credit_lines
from tests.quality.pages import suite as pages
from tests.quality.standards import suite as standards

SUITES = {
    "detection": detection.main,
    "languages": languages.main,
    "credits": credit_lines.main,
    "standards": standards.main,
    "pages": pages.main,
}

if __name__ == "__main__":
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name not in SUITES:
        sys.exit(f"usage: python -m tests.quality {'|'.join(SUITES)} [--keep]")
    sys.exit(SUITES[name](keep="--keep" in sys.argv[2:]))
