"""HTML layouts that the rules were developed on."""

from __future__ import annotations

from tests.quality.pages.built import Ingredients
from tests.quality.pages.html_parts import (
    address_of,
    escaped,
    link,
    menu,
    page,
    paragraphs,
    stamp,
)
from tests.quality.pages.layouts import Layout, one_paragraph


def cards(i: Ingredients) -> str:
    """A section of cards, each with link, source, time and the whole text."""
    boxes = "".join(
        f'<div class="card"><h3>{link(e.story)}</h3><div class="meta"><span class="source">'
        f'{e.story.source}</span> <time datetime="{stamp(e, i)}">{e.ago()}</time></div>'
        f"<p>{escaped(one_paragraph(e))}</p></div>"
        for e in i.embedded
    )
    return page(
        i,
        f"<header>{menu('World', 'Business', 'Sport')}</header><main><article>"
        f"<h1>{escaped(i.main.title)}</h1><p class='byline'>By Staff Reporter</p>"
        f"{paragraphs(i.paragraphs())}</article><section class='related'><h2>Related Articles</h2>"
        f"{boxes}</section></main><footer><p>© 2026 The Site. All rights reserved.</p></footer>",
    )


def endless(i: Ingredients) -> str:
    """Whole articles one after the other, as a page that is scrolled on has them."""
    more = "".join(
        f'<article class="story" data-url="{address_of(e.story)}"><header><h1>{link(e.story)}</h1>'
        f'<div class="meta"><span class="publisher">{e.story.source}</span>'
        f'<time datetime="{stamp(e, i)}">{e.at(i.now):%d %B %Y, %H:%M} UTC</time></div></header>'
        f'<div class="body">{paragraphs(e.story.paragraphs(2))}</div></article>'
        for e in i.embedded
    )
    return page(
        i,
        f"{menu('News', 'Opinion')}<div id='stream'><article class='story'><header><h1>"
        f"{escaped(i.main.title)}</h1><div class='meta'>2 March 2026</div></header>"
        f"<div class='body'>{paragraphs(i.paragraphs())}</div></article>{more}</div>",
    )


def plain_blocks(i: Ingredients) -> str:
    """An aggregator without telling names: everything twice, ages glued to the name of an icon."""
    rows = "".join(
        f'<div class="x1"><a href="{address_of(e.story)}"><img alt="{escaped(e.story.title)}"></a>'
        f'<div class="x2">{link(e.story)}</div><div class="x3">{e.story.source}</div>'
        f'<div class="x3"><i>time</i>{e.ago()}</div><div class="x4">{escaped(one_paragraph(e))}'
        f"</div></div>"
        for e in i.embedded
    )
    texts = paragraphs(i.paragraphs(), "div")
    return page(
        i,
        f"<div class='x0'><img alt='logo'><h1>{escaped(i.main.title)}</h1><div class='x5'>{texts}"
        f"</div><div>Stay informed with our newsletter</div><div>Comments</div>"
        f"<div>No comments yet...</div><div>Related Articles</div>{rows}</div>"
        f"<div>Google Play</div><div>App Store</div>",
    )


def flat(i: Ingredients) -> str:
    """No element around an article: headings, a line of source and age, paragraphs."""
    rows = "".join(
        f"<h3>{link(e.story)}</h3><p><em>{e.story.source}</em> — {e.ago()}</p>"
        f"{paragraphs(e.story.paragraphs(3))}<hr>"
        for e in i.embedded
    )
    return page(
        i,
        f"<h1>{escaped(i.main.title)}</h1>{paragraphs(i.paragraphs())}<h2>Related stories"
        f"</h2>{rows}"
        f"<p><small>Privacy Policy</small></p>",
    )


def list_of_reads(i: Ingredients) -> str:
    """A list below the story: source and age above the title."""
    items = "".join(
        f'<li class="feed-item"><span class="pub">{e.story.source}</span> · <span class="when">'
        f"{e.short()} ago</span><h4>{link(e.story)}</h4>{paragraphs(e.story.paragraphs(4))}"
        f"<button>Save</button></li>"
        for e in i.embedded
    )
    return page(
        i,
        f"<div class='layout'><div class='post'><h1>{escaped(i.main.title)}</h1>"
        f"<div class='entry-content'>{paragraphs(i.paragraphs())}</div></div>"
        f"<aside class='more'><h3>More from the web</h3><ul>{items}</ul></aside></div>",
    )


def table(i: Ingredients) -> str:
    """An old page of tables and font tags."""
    rows = "".join(
        f'<tr><td><font size="4"><b>{link(e.story)}</b></font><br><i>{e.story.source}, '
        f"{e.at(i.now):%B %d, %Y %H:%M} GMT</i><br><br>{escaped(one_paragraph(e))}</td></tr>"
        for e in i.embedded
    )
    texts = "<br><br>".join(map(escaped, i.paragraphs()))
    return page(
        i,
        f"<table><tr><td><a href='/'>Home</a> | <a href='/w'>World</a></td></tr><tr><td>"
        f"<font size='5'><b>{escaped(i.main.title)}</b></font><br><br>{texts}</td></tr>"
        f"<tr><td><b>Latest news</b></td></tr>{rows}</table>",
    )


def german(i: Ingredients) -> str:
    units = {
        "minute": ("Minute", "Minuten"),
        "hour": ("Stunde", "Stunden"),
        "day": ("Tag", "Tagen"),
    }
    boxes = "".join(
        f'<article class="teaser-gross"><h3 class="titel">{link(e.story)}</h3><p class="info">'
        f"{e.story.source} – vor {e.age} {units[e.unit][e.age != 1]}</p>"
        f'<div class="text">{paragraphs(e.story.paragraphs(2))}</div></article>'
        for e in i.embedded
    )
    return page(
        i,
        f"{menu('Startseite', 'Politik')}<main><article class='beitrag'><h1>{escaped(i.main.title)}"
        f"</h1>{paragraphs(i.paragraphs())}</article><div class='mehr'>"
        f"<h2>Das könnte Sie auch interessieren</h2>{boxes}</div></main><footer>Impressum</footer>",
    )


def stated(i: Ingredients) -> str:
    """Source and time stand in the elements' attributes and in JSON-LD's list."""
    boxes = "".join(
        f'<div itemscope itemtype="https://schema.org/NewsArticle" class="block-{n}">'
        f'<h2 itemprop="headline">{link(e.story, itemprop="url")}</h2>'
        f'<meta itemprop="datePublished" content="{stamp(e, i)}">'
        f'<span itemprop="publisher">{e.story.source}</span>'
        f'<div itemprop="articleBody">{paragraphs(e.story.paragraphs(2))}</div></div>'
        for n, e in enumerate(i.embedded)
    )
    own = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": i.main.title}
    return page(
        i,
        f"<main><div class='own'><h1>{escaped(i.main.title)}</h1>{paragraphs(i.paragraphs())}"
        f"</div>{boxes}</main>",
        own,
    )


def reader_panes(i: Ingredients) -> str:
    """Folded panes: the title in the summary, source and time below the text."""
    panes = "".join(
        f'<details class="pane"><summary>{escaped(e.story.title)}</summary>'
        f'<div class="pane-text">{paragraphs(e.story.paragraphs(2))}</div>'
        f'<p class="foot">{e.story.source} | {e.ago()} | <a href="{address_of(e.story)}">Open'
        f"</a></p>"
        f"</details>"
        for e in i.embedded
    )
    return page(
        i,
        f"<div class='app'><h1>{escaped(i.main.title)}</h1><div class='reader'>"
        f"{paragraphs(i.paragraphs())}</div><h2>More stories</h2>{panes}</div>",
    )


def teasers_only(i: Ingredients) -> str:
    """Nothing embedded: a title and a sentence each."""
    boxes = "".join(
        f'<article class="card"><h3>{link(s)}</h3><span>{s.source}</span> <time>2 hours ago</time>'
        f"<p>{escaped(s.sentences()[0][:140])}</p></article>"
        for s in i.teasers
    )
    return page(
        i,
        f"<main><article><h1>{escaped(i.main.title)}</h1>{paragraphs(i.paragraphs())}</article>"
        f"<section><h2>Recommended for you</h2>{boxes}</section></main>",
    )


def readers(i: Ingredients) -> str:
    """Nothing embedded: readers' comments that are as long as articles."""
    boxes = "".join(
        f'<li class="comment"><cite>{name}</cite> <time>{n + 1} hours ago</time>'
        f"{paragraphs(s.paragraphs(3)[:2])}<a href='#'>Reply</a></li>"
        for n, (name, s) in enumerate(
            zip(("Mike Harris", "newsfan88", "Ann", "J. Doe"), i.teasers, strict=False)
        )
    )
    return page(
        i,
        f"<article><h1>{escaped(i.main.title)}</h1>{paragraphs(i.paragraphs())}</article>"
        f"<section id='comments'><h2>4 Comments</h2><ol>{boxes}</ol></section>",
    )


WITH_EMBEDDED: dict[str, Layout] = {
    f.__name__: f
    for f in (
        cards,
        endless,
        plain_blocks,
        flat,
        list_of_reads,
        table,
        german,
        stated,
        reader_panes,
    )
}
WITHOUT_EMBEDDED: dict[str, Layout] = {f.__name__: f for f in (teasers_only, readers)}
