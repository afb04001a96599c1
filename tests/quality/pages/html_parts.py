"""What HTML layouts are put together from: heads, paragraphs, addresses."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Sequence

from tests.quality.pages.built import Embedded, Ingredients, Story

OWN_ADDRESS = "https://the-site.example/2026/03/own-story"


def address_of(story: Story) -> str:
    """Where a story stands at its source's site."""
    host, path = (re.sub(r"[^a-z0-9]+", "-", text.lower())[:60].strip("-") for text in
                  (story.source, story.title))  # fmt: skip
    return f"https://{host}.example/news/{path}.html"


def escaped(text: str) -> str:
    return html.escape(text, quote=False)


def link(story: Story, **more: str) -> str:
    extra = "".join(f' {name}="{value}"' for name, value in more.items())
    return f'<a href="{address_of(story)}"{extra}>{escaped(story.title)}</a>'


def paragraphs(texts: Sequence[str], tag: str = "p") -> str:
    return "\n".join(f"<{tag}>{escaped(text)}</{tag}>" for text in texts)


def stamp(item: Embedded, i: Ingredients) -> str:
    return f"{item.at(i.now):%Y-%m-%dT%H:%M:%SZ}"


def menu(*names: str) -> str:
    items = "".join(f'<li><a href="/{name.lower()}">{name}</a></li>' for name in names)
    return f"<nav><ul>{items}</ul></nav>"


def page(i: Ingredients, body: str, linked: object = None) -> str:
    """A whole document about its main story."""
    title = html.escape(i.main.title)
    script = f'<script type="application/ld+json">{json.dumps(linked)}</script>' if linked else ""
    return (
        f'<!DOCTYPE html><html lang="{i.main.language}"><head><meta charset="utf-8">'
        f"<title>{title} | The Site</title>"
        f'<meta property="og:title" content="{title}">'
        f'<meta property="og:site_name" content="The Site">'
        f'<link rel="canonical" href="{OWN_ADDRESS}">{script}</head>'
        f"<body>{body}</body></html>"
    )
