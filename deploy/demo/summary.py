"""The end of the demo: what came in, what was found, and why."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.tree import Tree

from deploy.demo.outputs import Outputs

_STORIES_SHOWN, _COPIES_SHOWN, _PAGES_SHOWN, _REJECTED_SHOWN = 10, 6, 3, 12

_COLOURS = {
    "original": "bold", "copy": "green", "excerpt": "cyan", "expansion": "blue",
    "compilation": "magenta", "revision": "yellow", "withdrawn": "red",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Run:
    """What the worker said of itself."""

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
        publishers = len(story["publishers"])
        tree = Tree(
            f"[bold]{escape(story['headline'] or 'untitled')}[/]"
            f" [dim]{escape(story['original_source'] or 'unknown')} ·[/]"
            f" {story['articles']} articles, {publishers} publishers"
        )
        others = [a for a in members[story["story_id"]] if a["article_id"] != story["original_id"]]
        for article in others[:_COPIES_SHOWN]:
            tree.add(_copy(article))
        if len(others) > _COPIES_SHOWN:
            tree.add(f"[dim]and {len(others) - _COPIES_SHOWN} more[/]")
        console.print(tree)
    if len(stories) > _STORIES_SHOWN:
        console.print(f"[dim]and {len(stories) - _STORIES_SHOWN} more stories[/]")


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
    """One page of plain text: its story, and the articles that stood in it in full."""
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


def _copy(article: dict[str, Any]) -> str:
    colour = _COLOURS[article["relation"]]
    text = f"[{colour}]{article['relation']:<10}[/] {_title(article)}"
    if article["matches"]:
        best = article["matches"][0]
        text += f" [bold]{best['jaccard']:.2f}[/]\n[dim]{escape(best['reason'])}[/]"
    return text


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
    # A page gives several articles: it is articles that must all come out again.
    missing = run.normalised - outputs.verdicts - run.redeliveries
    word = f"[red]{missing} articles unaccounted for[/]" if missing else (
        "[green]every article accounted for[/]"
    )  # fmt: skip
    console.print(
        f"{word}; {run.raw_events / run.seconds:,.0f} events/s from the first to the last"
        f" ({run.seconds:.1f} s)"
    )
