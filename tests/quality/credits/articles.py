"""Articles in the forms that news agencies give theirs, with who provided each.

`forms.txt` has the forms, one above each `%%`: language and providers (`-` for none), then fields
of the event, then the text with `{story}`, or `{a}` and `{b}` for a story's first paragraph and the
rest. `stories.toml` has the stories, which name no agency.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from zlib import crc32

FOLDER = Path(__file__).parent
_FIELDS = ("title", "byline", "credit")


@dataclass(frozen=True, slots=True)
class Credited:
    """An article and its providers. `held_out`: its form was not looked at to mend the code."""

    language: str
    providers: frozenset[str]
    text: str
    held_out: bool
    fields: dict[str, str] = field(default_factory=dict)


def credited_articles(forms: str = "forms.txt") -> list[Credited]:
    """Each form of a file with each story of its language."""
    stories = tomllib.loads((FOLDER / "stories.toml").read_text(encoding="utf-8"))
    return [
        article
        for form in (FOLDER / forms).read_text(encoding="utf-8").split("\n%%\n")
        for article in _articles(form, stories)
    ]


def _articles(form: str, stories: dict[str, list[str]]) -> Iterator[Credited]:
    head, *lines = form.strip("\n").split("\n")
    language, named = (part.strip() for part in head.split("|"))
    fields = {}
    while (name := lines[0].split(":")[0]) in _FIELDS:
        fields[name] = lines.pop(0).split(":", 1)[1].strip()
    for story in stories[language]:
        first, _, rest = story.strip().partition("\n")
        text = "\n".join(lines).format(story=story.strip(), a=first, b=rest)
        providers = frozenset(name.strip() for name in named.split(";")) - {"-"}
        yield Credited(language, providers, text, crc32(form.encode()) % 3 == 0, fields)
