"""echowire with trafilatura, as it is by default, in place of its own reader of HTML pages.

python -m tests.benchmarks.trafilatura_worker worker, with settings as `echowire worker` takes them
"""

from __future__ import annotations

import trafilatura

from streams.agents.running import page_time
from streams.articles.page import Page, PageSource
from streams.cli.main import run


def read_page(source: PageSource) -> Page:
    """In place of `streams.articles.page.read_page`."""
    found = trafilatura.bare_extraction(source.html, url=source.address, with_metadata=True)
    return Page() if found is None else Page(text=found.text or "", title=found.title)


if __name__ == "__main__":
    # Normalising processes are forked, so it is theirs, too.
    vars(page_time)["read_page"] = read_page
    run()
