"""HTML layouts that were measured before the newest rules: live blogs, accordions, rows, quotes."""

from __future__ import annotations

from tests.quality.pages.built import Ingredients
from tests.quality.pages.html_parts import address_of, escaped, link, menu, page, paragraphs, stamp
from tests.quality.pages.layouts import Layout, one_paragraph


def live_blog(i: Ingredients) -> str:
    """Posts of a live blog, each a whole story: time above the title, source below the text."""
    posts = "".join(
        f'<li class="update" id="post-{n}"><a class="permalink" href="#post-{n}"><time datetime="'
        f'{stamp(e, i)}">{e.at(i.now):%H.%M}</time></a><h2 class="update__head">'
        f'{escaped(e.story.title)}</h2><div class="update__copy">'
        f'{paragraphs(e.story.paragraphs(2))}</div><div class="update__via">via <a href="'
        f'{address_of(e.story)}">{e.story.source}</a></div></li>'
        for n, e in enumerate(i.embedded)
    )
    return page(
        i,
        f"<header class='masthead'>{menu('Live', 'Video')}</header><main class='live'><section "
        f"class='opener'><h1>{escaped(i.main.title)}</h1>{paragraphs(i.paragraphs())}</section>"
        f"<ol class='timeline'>{posts}</ol></main>",
    )


def parted_scroll(i: Ingredients) -> str:
    """Stories loaded one below the other, with a divider that announces each."""
    more = "".join(
        f'<div class="divider" role="separator"><span>Up next</span></div><div class="slot" '
        f'data-permalink="{address_of(e.story)}"><div class="hed-wrap"><h1 class="hed">'
        f'{escaped(e.story.title)}</h1><div class="dek-line">{e.story.source} | '
        f"{e.at(i.now):%B %d, %Y at %H:%M} GMT</div></div><div class='copy'>"
        f"{paragraphs(e.story.paragraphs(1))}</div><div class='share-row'><button>Share</button>"
        f"<button>Print</button></div></div>"
        for e in i.embedded
    )
    return page(
        i,
        f"<div class='shell'>{menu('Markets', 'Tech')}<div class='slot'><div class='hed-wrap'><h1 "
        f"class='hed'>{escaped(i.main.title)}</h1></div><div class='copy'>"
        f"{paragraphs(i.paragraphs())}</div><div class='share-row'><button>Share</button></div>"
        f"</div>{more}</div><footer><p>Terms of use</p></footer>",
    )


def accordion(i: Ingredients) -> str:
    """Folded items whose summary has title, source and age."""
    items = "".join(
        f"<details data-url='{address_of(e.story)}'><summary><strong>{escaped(e.story.title)}"
        f"</strong> <em>{e.story.source}</em> <small>{e.ago()}</small></summary>"
        f"{paragraphs(e.story.paragraphs(2))}</details>"
        for e in i.embedded
    )
    return page(
        i,
        f"<main id='content'><h1>{escaped(i.main.title)}</h1><div class='story-text'>"
        f"{paragraphs(i.paragraphs())}</div><section class='fold'><h2>What others write</h2>{items}"
        f"</section></main><footer>Imprint</footer>",
    )


def rows_of_cells(i: Ingredients) -> str:
    """A table whose first column has source and age, the second title and text."""
    rows = "".join(
        f'<tr><td valign="top">{e.story.source}<br>{e.ago()}</td><td><b>{link(e.story)}</b><br>'
        f"{escaped(one_paragraph(e))}</td></tr>"
        for e in i.embedded
    )
    return page(
        i,
        f"<table width='100%'><tr><td><h1>{escaped(i.main.title)}</h1>{paragraphs(i.paragraphs())}"
        f"</td></tr></table><h3>Press review</h3><table border='0'>{rows}</table>",
    )


def within_story(i: Ingredients) -> str:
    """The parts stand in the middle of the page's own story."""
    boxes = "".join(
        f'<aside class="insert"><h4 class="insert-hl">{link(e.story)}</h4><p class="insert-src">'
        f'{e.story.source}, <time datetime="{stamp(e, i)}">{e.at(i.now):%d.%m.%Y}</time></p>'
        f"{paragraphs(e.story.paragraphs(3))}</aside>"
        for e in i.embedded
    )
    parts = i.main.paragraphs(2)
    middle = max(2, len(parts) // 2)
    return page(
        i,
        f"{menu('Home', 'World')}<article class='piece'><h1>{escaped(i.main.title)}</h1>"
        f"{paragraphs(parts[:middle])}{boxes}{paragraphs(parts[middle:])}</article>"
        f"<footer>All rights reserved</footer>",
    )


def listed_cards(i: Ingredients) -> str:
    """Items of a list: picture, time, title, text, and the source with a link to it at the end."""
    items = "".join(
        f'<li><figure><img src="/{n}.png" alt="{escaped(e.story.title)}"></figure><div><span>'
        f"{e.ago()}</span><p><strong>{escaped(e.story.title)}</strong></p>"
        f"{paragraphs(e.story.paragraphs(3))}<p>Source: <a href='{address_of(e.story)}'>"
        f"{e.story.source}</a></p></div></li>"
        for n, e in enumerate(i.embedded)
    )
    return page(
        i,
        f"<div class='w'><h1>{escaped(i.main.title)}</h1><div class='txt'>"
        f"{paragraphs(i.paragraphs())}</div><h2>You may also like</h2><ul class='w-list'>{items}"
        f"</ul></div>",
    )


def microdata_posts(i: Ingredients) -> str:
    """Posts that state publisher and time in microdata, and print neither as a line of its own."""
    posts = "".join(
        f'<article itemscope itemtype="https://schema.org/BlogPosting"><link itemprop="url" href="'
        f'{address_of(e.story)}"><h2 itemprop="headline">{escaped(e.story.title)}</h2><div '
        f'class="attribution">Published by <span itemprop="publisher" itemscope itemtype="https://'
        f'schema.org/Organization"><span itemprop="name">{e.story.source}</span></span> on <time '
        f'itemprop="datePublished" datetime="{stamp(e, i)}">{e.at(i.now):%B %d, %Y}</time></div>'
        f'<div itemprop="text">{paragraphs(e.story.paragraphs(2))}</div></article>'
        for e in i.embedded
    )
    return page(
        i,
        f"<div id='page'><div itemscope itemtype='https://schema.org/NewsArticle' class='entry'>"
        f"<h1 itemprop='headline'>{escaped(i.main.title)}</h1><div itemprop='articleBody'>"
        f"{paragraphs(i.paragraphs())}</div></div><div class='related-posts'>{posts}</div></div>",
    )


def quoted(i: Ingredients) -> str:
    """Whole texts as quotations, named in the last line of each."""
    quotes = "".join(
        f'<h3>{escaped(e.story.title)}</h3><blockquote cite="{address_of(e.story)}">'
        f"{paragraphs(e.story.paragraphs(2))}<footer>— <cite>{e.story.source}</cite>, "
        f"{e.at(i.now):%d %B %Y %H:%M}</footer></blockquote>"
        for e in i.embedded
    )
    return page(
        i,
        f"<section class='note'><h1>{escaped(i.main.title)}</h1>{paragraphs(i.paragraphs())}"
        f"</section><section class='voices'><h2>Elsewhere on the web</h2>{quotes}</section>",
    )


def spanish_tabs(i: Ingredients) -> str:
    """Panels of Spanish tabs: the kicker is the source, the age stands below the title."""
    units = {"minute": "minuto", "hour": "hora", "day": "día"}
    panels = "".join(
        f'<div role="tabpanel" class="panel-{n}"><p class="antetitulo">{e.story.source}</p><p '
        f'class="titular">{link(e.story)}</p><p class="fecha">Hace {e.age} {units[e.unit]}'
        f"{'' if e.age == 1 else 's'}</p><div class='cuerpo'>{paragraphs(e.story.paragraphs(2))}"
        f"</div></div>"
        for n, e in enumerate(i.embedded)
    )
    return page(
        i,
        f"{menu('Portada', 'Mundo')}<div class='noticia'><h1>{escaped(i.main.title)}</h1><div "
        f"class='cuerpo'>{paragraphs(i.paragraphs())}</div></div><div role='tablist'><h2>También "
        f"te puede interesar</h2>{panels}</div>",
    )


def story_last(i: Ingredients) -> str:
    """The parts stand above the page's own story."""
    tops = "".join(
        f'<div class="top-block"><p class="top-meta"><b>{e.story.source}</b> / {e.ago()}</p><h2>'
        f"{link(e.story)}</h2>{paragraphs(e.story.paragraphs(2))}</div>"
        for e in i.embedded
    )
    return page(
        i,
        f"{menu('Front', 'Archive')}<div class='tops'>{tops}</div><article class='own'><h1>"
        f"{escaped(i.main.title)}</h1>{paragraphs(i.paragraphs())}</article>",
    )


def pictures(i: Ingredients) -> str:
    """A gallery whose slides each tell a whole story below the picture."""
    slides = "".join(
        f'<figure class="slide"><img src="/{n}.jpg" alt=""><figcaption><h3>{link(e.story)}</h3>'
        f"{paragraphs(e.story.paragraphs(2))}<span class='slide-src'>{e.story.source}, "
        f"{e.at(i.now):%B %d, %Y %H:%M} UTC</span></figcaption></figure>"
        for n, e in enumerate(i.embedded)
    )
    return page(
        i,
        f"<main class='gallery'><h1>{escaped(i.main.title)}</h1><div class='lede'>"
        f"{paragraphs(i.paragraphs())}</div><div class='slides'>{slides}</div></main>",
    )


def briefs(i: Ingredients) -> str:
    """Nothing embedded: two sentences of each of other stories, source and age above."""
    rows = "".join(
        f'<div class="brief"><span class="tag">{s.source}</span><span class="tag">{n + 2} hours ago'
        f"</span><h3>{link(s)}</h3><p>{escaped(' '.join(s.sentences()[:2]))}</p></div>"
        for n, s in enumerate(i.teasers)
    )
    return page(
        i,
        f"<div class='wrap'><h1>{escaped(i.main.title)}</h1><div class='text'>"
        f"{paragraphs(i.paragraphs())}</div>{rows}</div>",
    )


def bold_notes(i: Ingredients) -> str:
    """Nothing embedded: paragraphs that begin with another story's title in bold type."""
    rows = "".join(
        f"<p><a href='{address_of(s)}'><b>{escaped(s.title)}</b></a><br>"
        f"{escaped(s.sentences()[0])}</p>"
        for s in i.teasers
    )
    return page(
        i,
        f"<div id='text'><h1>{escaped(i.main.title)}</h1>{paragraphs(i.paragraphs())}<hr><h3>More "
        f"news</h3>{rows}</div><p>Contact us</p>",
    )


def promoted_within(i: Ingredients) -> str:
    """Nothing embedded: boxes of other stories between the paragraphs and at both ends."""
    first, second, *others = i.teasers
    own = i.main.paragraphs(2)
    teasers = "".join(
        f"<li>{link(s)}<p>{escaped(s.sentences()[0])}</p></li>" for s in others
    )  # fmt: skip
    return page(
        i,
        f"<div class='ticker'><b>Latest:</b> {link(second)}</div><article><h1>"
        f"{escaped(i.main.title)}</h1>{paragraphs(own[:2])}<div class='promo'><h4>{link(first)}"
        f"</h4><p>{escaped(first.sentences()[0])}</p></div>{paragraphs(own[2:])}<div class='bio'>"
        f"<p>Ana Berg covers the economy. Follow her work and write to her.</p></div></article>"
        f"<section class='reads'><h2>Editor’s picks</h2><ul>{teasers}</ul></section>",
    )


WITH_EMBEDDED: dict[str, Layout] = {
    f.__name__: f
    for f in (
        live_blog,
        parted_scroll,
        accordion,
        rows_of_cells,
        within_story,
        listed_cards,
        microdata_posts,
        quoted,
        spanish_tabs,
        story_last,
        pictures,
    )
}
WITHOUT_EMBEDDED: dict[str, Layout] = {f.__name__: f for f in (briefs, bold_notes, promoted_within)}
