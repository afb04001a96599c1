"""HTML layouts that were written before the newest rules, and measured when these were done."""

from __future__ import annotations

from tests.quality.pages.built import Ingredients
from tests.quality.pages.html_parts import address_of, escaped, link, menu, page, paragraphs
from tests.quality.pages.layouts import Layout, one_paragraph


def wire_desk(i: Ingredients) -> str:
    """Elements of a page's own making, the source's name beside a logo, the hour in `data-`."""
    items = "".join(
        f'<x-item class="wire-item" data-url="{address_of(e.story)}"><div class="wire-top"><img '
        f'src="/logo.svg" alt=""><span class="wire-name">{e.story.source}</span><span '
        f'class="wire-at">{e.at(i.now):%d %b %Y, %H:%M} UTC</span></div><div class="wire-hl">'
        f'{link(e.story)}</div><div class="wire-body">{paragraphs(e.story.paragraphs(2))}</div>'
        f"</x-item>"
        for e in i.embedded
    )
    return page(
        i,
        f"<x-top>{menu('Wires', 'Desk')}</x-top><x-story><h1>{escaped(i.main.title)}</h1>"
        f"<div class='prose'>{paragraphs(i.paragraphs())}</div></x-story><x-feed>{items}</x-feed>",
    )


def mailed(i: Ingredients) -> str:
    """A mail as a page: tables in tables, source and date in the line above each title."""
    rows = "".join(
        f'<table class="mod"><tr><td style="padding:8px"><span style="color:#777">{e.story.source} '
        f"&bull; {e.at(i.now):%B %d, %Y, %H:%M} UTC</span><br><a href='{address_of(e.story)}'>"
        f"<b>{escaped(e.story.title)}</b></a></td></tr><tr><td style='padding:8px'>"
        f"{escaped(one_paragraph(e))}</td></tr></table>"
        for e in i.embedded
    )
    texts = paragraphs(i.paragraphs())
    return page(
        i,
        f"<center><table class='mod'><tr><td>View in browser</td></tr></table><table class='mod'>"
        f"<tr><td><h1>{escaped(i.main.title)}</h1></td></tr><tr><td>{texts}</td></tr></table>{rows}"
        f"<table class='mod'><tr><td>Unsubscribe</td></tr></table></center>",
    )


def notebook(i: Ingredients) -> str:
    """Nothing embedded: a list of other stories, some words of each, dated at the end."""
    rows = "".join(
        f"<li><p><strong>{link(s)}</strong></p><p>{escaped(' '.join(s.sentences()[:2]))}</p><p>"
        f"<small>{s.source}, 2 days ago</small></p></li>"
        for s in i.teasers
    )
    return page(
        i,
        f"<main><section class='first'><h1>{escaped(i.main.title)}</h1>"
        f"{paragraphs(i.paragraphs())}</section><section class='second'><h2>Worth a look</h2>"
        f"<ol>{rows}</ol></section></main>",
    )


WITH_EMBEDDED: dict[str, Layout] = {f.__name__: f for f in (wire_desk, mailed)}
WITHOUT_EMBEDDED: dict[str, Layout] = {notebook.__name__: notebook}
