"""HTML layouts written before the rules, and never used to change them."""

from __future__ import annotations

from tests.quality.pages.built import Ingredients
from tests.quality.pages.html_parts import address_of, escaped, link, menu, page, paragraphs, stamp
from tests.quality.pages.layouts import Layout, one_paragraph


def digest_columns(i: Ingredients) -> str:
    """Two columns, a label before each source, the date in figures below the title."""
    blocks = "".join(
        f'<div class="col"><div class="box-title"><a href="{address_of(e.story)}"><strong>'
        f"{escaped(e.story.title)}</strong></a></div><div>{e.at(i.now):%Y-%m-%d %H:%M} UTC</div>"
        f"<div>Source: {e.story.source}</div>{paragraphs(e.story.paragraphs(2), 'div')}</div>"
        for e in i.embedded
    )
    return page(
        i,
        f"<div id='top'>{menu('Front', 'Money')}</div><div id='main'>"
        f"<h1>{escaped(i.main.title)}</h1>"
        f"{paragraphs(i.paragraphs(), 'div')}</div><div id='columns'>{blocks}</div>",
    )


def magazine(i: Ingredients) -> str:
    """Picture, kicker and byline above each text, with a link to read it at its source."""
    blocks = "".join(
        f'<section class="next-article"><figure><img src="/{n}.jpg" alt=""><figcaption>Photo: '
        f"Handout"
        f'</figcaption></figure><span class="kicker">Elsewhere</span><h2>{link(e.story)}</h2>'
        f'<p class="by">{e.story.source} · <time datetime="{stamp(e, i)}">{e.at(i.now):%b %d, %Y}'
        f"</time></p>{paragraphs(e.story.paragraphs(3))}<p><a href='{address_of(e.story)}'>"
        f"Read at {e.story.source}</a></p></section>"
        for n, e in enumerate(i.embedded)
    )
    return page(
        i,
        f"<header>{menu('Culture', 'Science', 'Food')}</header><div role='main'><section "
        f"class='lead'>"
        f"<h1>{escaped(i.main.title)}</h1><p class='by'>By Ines Roth"
        f"</p>{paragraphs(i.paragraphs())}"
        f"</section>{blocks}</div><footer><a href='/about'>About us</a></footer>",
    )


def definition_list(i: Ingredients) -> str:
    rows = "".join(
        f"<dt>{link(e.story)} <small>({e.story.source}, {e.ago()})</small></dt>"
        f"<dd>{escaped(one_paragraph(e))}</dd>"
        for e in i.embedded
    )
    return page(
        i,
        f"<h1>{escaped(i.main.title)}</h1><div>{paragraphs(i.paragraphs())}</div>"
        f"<h3>From other papers</h3><dl>{rows}</dl><p>Contact | Imprint</p>",
    )


def french_feed(i: Ingredients) -> str:
    units = {"minute": "minute", "hour": "heure", "day": "jour"}
    posts = "".join(
        f'<div class="depeche"><div class="source">{e.story.source}</div><div class="heure">il y a '
        f"{e.age} {units[e.unit]}{'' if e.age == 1 else 's'}</div><div "
        f'class="titre">{link(e.story)}</div>'
        f'<div class="corps">{paragraphs(e.story.paragraphs(2))}</div></div>'
        for e in i.embedded
    )
    return page(
        i,
        f"{menu('Accueil', 'Monde')}<div class='article-principal'><h1>{escaped(i.main.title)}</h1>"
        f"<div class='corps'>{paragraphs(i.paragraphs())}</div></div>"
        f"<div class='fil'><h2>À lire aussi</h2>{posts}</div>",
    )


def newsletter_archive(i: Ingredients) -> str:
    """Nothing embedded: a sentence or two of other stories, each with source and date."""
    rows = "".join(
        f"<h4>{link(s)}</h4><p>{escaped(' '.join(s.sentences()[:1]))} <i>({s.source}, 1 March)"
        f"</i></p>"
        for s in i.teasers
    )
    return page(
        i,
        f"<div class='issue'><h1>{escaped(i.main.title)}</h1>{paragraphs(i.paragraphs())}"
        f"<h2>In brief</h2>{rows}</div><footer>Unsubscribe</footer>",
    )


def sectioned(i: Ingredients) -> str:
    """Nothing embedded: a long story with headings, a date in one of them."""
    parts = i.main.paragraphs(2)
    middle = max(1, len(parts) // 2)
    return page(
        i,
        f"<article><h1>{escaped(i.main.title)}</h1><time datetime='2026-03-02T09:00:00Z'>2 "
        f"March</time>"
        f"{paragraphs(parts[:middle])}<h2>What happened on March 1, 2026, and after</h2>"
        f"{paragraphs(parts[middle:])}</article><aside><h3>{link(i.teasers[0])}</h3></aside>",
    )


WITH_EMBEDDED: dict[str, Layout] = {
    f.__name__: f for f in (digest_columns, magazine, definition_list, french_feed)
}
WITHOUT_EMBEDDED: dict[str, Layout] = {f.__name__: f for f in (newsletter_archive, sectioned)}
