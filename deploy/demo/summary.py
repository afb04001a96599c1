"""The end of the demo: what arrived, what was found, and why."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from deploy.demo.outputs import Outputs

_STORIES_SHOWN, _COPIES_SHOWN, _PAGES_SHOWN, _REJECTED_SHOWN = 6, 6, 3, 12

_COLOURS = {
    "original": "bold", "copy": "green", "excerpt": "cyan", "expansion": "blue",
    "compilation": "magenta", "revision": "yellow", "withdrawn": "red",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Run:
    """The worker's own figures."""

    raw_events: int
    normalised: int
    redeliveries: int
    seconds: float


def show(console: Console, outputs: Outputs, run: Run) -> None:
    """Print the summary."""
    _show_stories(console, outputs)
    _show_pages(console, outputs)
    _show_taken_apart(console, outputs)
    _show_rejected(console, outputs)
    _show_counts(console, outputs, run)


def _show_stories(console: Console, outputs: Outputs) -> None:
    members: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for article in outputs.articles.values():
        if article["story_id"] in outputs.stories:
            members[article["story_id"]].append(article)
    stories = sorted(outputs.stories.values(), key=lambda s: (-s["articles"], s["story_id"]))
    for story in stories[:_STORIES_SHOWN]:
        _show_story(console, story, members[story["story_id"]])
    if len(stories) > _STORIES_SHOWN:
        console.print(f"[dim]and {len(stories) - _STORIES_SHOWN} more stories[/]\n")


def _show_story(console: Console, story: dict[str, Any], members: list[dict[str, Any]]) -> None:
    """One line per member, then the reason for the verdict that needs it most."""
    original = next((m for m in members if m["article_id"] == story["original_id"]), None)
    others = sorted((m for m in members if m is not original), key=_minute)
    shown = [original, *others[:_COPIES_SHOWN]] if original else others[:_COPIES_SHOWN]
    console.print(f"[bold]{escape(story['headline'] or 'untitled')}[/]", overflow="ellipsis")
    publishers = len(story["publishers"])
    by = "one publisher" if publishers == 1 else f"{publishers} publishers"
    console.print(f"[dim]{story['articles']} articles by {by}[/]")
    for article in shown:
        headline = None if article is original else story["headline"]
        console.print(_member(article, original, headline), no_wrap=True, overflow="ellipsis")
    if len(others) > _COPIES_SHOWN:
        console.print(f"[dim]and {len(others) - _COPIES_SHOWN} more[/]")
    if explained := [m for m in shown if m["matches"]]:
        weakest = min(explained, key=lambda m: float(m["matches"][0]["jaccard"]))
        why = f"{weakest['source']}, {weakest['relation']}: {weakest['matches'][0]['reason']}"
        console.print(f"[dim]{escape(why)}[/]")
    console.print()


def _member(article: dict[str, Any], original: dict[str, Any] | None, headline: str | None) -> Text:
    """Relation, publisher, delay after the original, Jaccard, and its own title if it has one."""
    relation, title = article["relation"], article["title"]
    line = Text("  ").append(f"{relation:<12}", _COLOURS[relation])
    line.append(f"{_cut(article['source'] or 'unknown', 25):<26}")
    line.append(f"{_delay(original, article):>12}", "dim")
    jaccard = f"{article['matches'][0]['jaccard']:.2f}" if article["matches"] else ""
    line.append(f"{jaccard:>6}  ", "bold")
    return line.append(title, "dim") if headline and title and title != headline else line


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _delay(original: dict[str, Any] | None, article: dict[str, Any]) -> str:
    """How long after the original an article was published, if both say when."""
    if article is original or not (original and _minute(original) and _minute(article)):
        return ""
    minutes = _minute(article) - _minute(original)
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{f'{hours} h ' if hours else ''}{rest} min"


def _minute(article: dict[str, Any]) -> int:
    """When an article was published, in minutes since 1970; 0 if it does not say."""
    published = article["published_at"]
    return round(datetime.fromisoformat(published).timestamp() / 60) if published else 0


def _show_pages(console: Console, outputs: Outputs) -> None:
    linked = [a for a in outputs.articles.values() if a["relation"] == "compilation"]
    if linked:
        tree = Tree("[bold]Pages that hold several stories[/] [dim]linked to them, joining none[/]")
        for article in linked[:_PAGES_SHOWN]:
            branch = tree.add(_title(article))
            for match in _one_of_each_story(article["matches"], outputs):
                branch.add(f"[dim]{escape(match['reason'])}[/]")
        if len(linked) > _PAGES_SHOWN:
            tree.add(f"[dim]and {len(linked) - _PAGES_SHOWN} more[/]")
        console.print(tree)


def _show_taken_apart(console: Console, outputs: Outputs) -> None:
    """One page of plain text: its story, and the articles that it contains in full."""
    pages = [article for article in outputs.articles.values() if article["parts"]]
    for page in pages[:1]:
        tree = Tree(
            f"[bold]A page taken apart[/] [dim]one of {len(pages)}[/]\n{_title(page)}"
            f" [dim]its own story: {page['relation']}[/]"
        )
        parts = [a for a in outputs.articles.values() if a["parent_id"] == page["article_id"]]
        for part in sorted(parts, key=lambda part: int(part["position"])):
            agencies = [a["name"] for a in part["agencies"] if a["role"] == "provider"]
            told = [
                f"{part['position']}. [{_COLOURS[part['relation']]}]{part['relation']}[/]",
                _title(part),
                *([f"published {part['published_at']}"] if part["published_at"] else []),
                *([f"by {escape(', '.join(agencies))}"] if agencies else []),
            ]
            if part["story_id"] == page["story_id"]:
                told.append("[bold]— the page's own story once more[/]")
            branch = tree.add(" ".join(told))
            for match in part["matches"][:1]:
                branch.add(f"[dim]{escape(match['reason'])}[/]")
        console.print(tree)


def _one_of_each_story(matches: list[dict[str, Any]], outputs: Outputs) -> list[dict[str, Any]]:
    """The best match of each story that a page holds."""
    best: dict[str, dict[str, Any]] = {}
    for match in matches:
        story_id = outputs.articles[match["article_id"]]["story_id"]
        if match["relation"] == "compilation":
            best.setdefault(story_id, match)
    return list(best.values())


def _title(article: dict[str, Any]) -> str:
    source, title = article["source"] or "unknown", article["title"] or "untitled"
    return f"{escape(source)} [dim]“{escape(title)}”[/]"


def _show_rejected(console: Console, outputs: Outputs) -> None:
    if not outputs.dead_letters:
        return
    table = Table(title="Rejected events, on articles.raw-dlt with their original bytes")
    table.add_column("reason", style="red", no_wrap=True)
    table.add_column("detail")
    for letter in outputs.dead_letters[:_REJECTED_SHOWN]:
        table.add_row(letter["dlt_reason"], escape(letter["dlt_detail"]))
    if len(outputs.dead_letters) > _REJECTED_SHOWN:
        table.add_row("...", f"and {len(outputs.dead_letters) - _REJECTED_SHOWN} more")
    console.print(table)


def _show_counts(console: Console, outputs: Outputs, run: Run) -> None:
    relations = Counter(article["relation"] for article in outputs.articles.values())
    table = Table(title="In and out")
    table.add_column("stage")
    table.add_column("count", justify="right")
    table.add_column("of them")
    table.add_row("raw events in", f"{run.raw_events:,}", "")
    table.add_row("rejected", f"{len(outputs.dead_letters):,}", "dead letters")
    table.add_row("normalised", f"{run.normalised:,}", "articles")
    named = ", ".join(
        f"{relations[name]:,} [{colour}]{name}[/]"
        for name, colour in _COLOURS.items()
        if relations[name]
    )
    table.add_row("verdicts out", f"{outputs.verdicts:,}", named)
    table.add_row("redeliveries", f"{run.redeliveries:,}", "known already: silent")
    table.add_row("stories", f"{len(outputs.stories):,}", "of two articles or more")
    console.print(table)
    # A page gives several articles, so articles are what must all come out.
    missing = run.normalised - outputs.verdicts - run.redeliveries
    word = f"[red]{missing} articles unaccounted for[/]" if missing else (
        "[green]every article accounted for[/]"
    )  # fmt: skip
    console.print(
        f"{word}; {run.raw_events / run.seconds:,.0f} events/s from the first to the last"
        f" ({run.seconds:.1f} s)"
    )
