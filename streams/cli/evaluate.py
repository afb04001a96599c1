"""`echowire evaluate`: how accurate the verdicts on labelled articles are."""

from __future__ import annotations

import tomllib
from dataclasses import fields, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from streams.cli.terminal import safe
from streams.detection.parameters import Parameters
from streams.evaluation.labelled import IGNORED, POSITIVE, Labelled, Pair, read_labelled
from streams.json_object import Json
from streams.settings import SettingsError, load_settings
from streams.sources.raw_events import InputError

if TYPE_CHECKING:
    from streams.evaluation.run import Outcome

# Longer than any document is old: stands for "no window".
_NO_WINDOW_SECONDS = 200 * 366 * 86_400
_SHOWN_CHARACTERS = 1500

out = Console(highlight=False)


def evaluate_command(
    documents: Annotated[
        Path,
        typer.Argument(metavar="DOCS", help="Documents, JSON lines, also .gz, .xz or .zst."),
    ],
    pairs: Annotated[Path, typer.Argument(metavar="PAIRS", help="Labelled pairs, likewise.")],
    by_time: Annotated[
        bool,
        typer.Option("--by-time/--as-in-file", help="By time, or in file order without a window."),
    ] = True,
    show_errors: Annotated[
        int, typer.Option(min=0, metavar="N", help="Show this many wrong pairs side by side.")
    ] = 0,
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE.png", help="Plot of the scores of labelled pairs.")
    ] = None,
    compare: Annotated[
        tuple[Path, Path] | None,
        typer.Option(metavar="A.toml B.toml", help="Two parameter sets: which verdicts differ?"),
    ] = None,
) -> None:
    """Run detection on labelled documents and measure its quality.

    A document is one line: idx, text, cluster (-1: none), title, source, time. A pair: a, b, and
    label: POS, GREY (left out), or any other name of a negative.
    """
    # Imported here: the detector's compiled loops take half a second, which other commands avoid.
    from streams.evaluation.fit import fitted  # noqa: PLC0415
    from streams.evaluation.plot import NoPlotsError, draw  # noqa: PLC0415
    from streams.evaluation.run import run  # noqa: PLC0415

    labelled, first = read_labelled(documents, pairs), Parameters()
    chosen = [read_parameters(path) for path in compare or ()] or [first]
    # Without a window in time, the whole set is in the window at once.
    room = 1 << max(10, (len(labelled.documents) - 1).bit_length())
    if not by_time:
        chosen = [replace(p, window_seconds=_NO_WINDOW_SECONDS) for p in chosen]
    settings = load_settings()
    outcomes = [
        run(labelled, settings, replace(p, capacity=max(p.capacity, room)), by_time) for p in chosen
    ]
    for parameters, outcome in zip(chosen, outcomes, strict=True):
        print_scores(outcome, parameters)
    compared = {p for p, match in outcomes[0].matches.items() if match["relation"] != "template"}
    for fit in fitted(labelled, chosen[0], compared):
        out.print(f"{fit}", soft_wrap=True)
    if compare:
        print_differences(labelled, *outcomes)
    if show_errors:
        print_errors(labelled, outcomes[0], show_errors)
    if plot:
        try:
            draw(labelled, chosen[0], plot)
        except NoPlotsError as error:
            raise SettingsError(str(error)) from None
        out.print(f"drawn: {plot}", markup=False)


def read_parameters(path: Path) -> Parameters:
    """A TOML file of any of `Parameters`' fields. Raises InputError, SettingsError."""
    try:
        given: Json = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:  # not to be read; neither UTF-8 nor TOML
        raise InputError(f"{path}: {error}") from error
    known = {field.name: field.type for field in fields(Parameters)}
    for name, value in given.items():
        if name not in known:
            raise SettingsError(f"{path}: {name} is not a parameter; known: {', '.join(known)}")
        whole = known[name] == "int"
        if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
            raise SettingsError(
                f"{path}: {name}: expected a {'whole ' * whole}number, got {value!r}"
            )
    return Parameters(**given)


def print_scores(outcome: Outcome, parameters: Parameters) -> None:
    """Print the figures of one run."""
    table = Table(title=f"copy_overlap {parameters.copy_overlap}")
    for column in ("pairs", "precision", "recall", "F1", "right", "wrong", "missed", "grey"):
        table.add_column(column, justify="left" if column == "pairs" else "right")
    for name, score in (("in one story", outcome.story_score), ("matched", outcome.match_score)):
        shares = (score.precision, score.recall, score.f1)
        counts = (score.right, score.wrong, score.missed, score.ignored)
        table.add_row(name, *(f"{x:.4f}" for x in shares), *map(str, counts))
    out.print(table)
    if outcome.rejected:
        reasons = ", ".join(f"{count} {reason}" for reason, count in outcome.rejected.items())
        out.print(f"rejected documents, which are in no story: {reasons}", soft_wrap=True)
    out.print(f"adjusted Rand index of the stories: {outcome.rand_index:.4f}")
    labels = (f"{count} {label}" for label, count in outcome.story_score.wrong_by_label.items())
    said = safe(", ".join(labels)) or "none"
    out.print(f"wrong pairs in one story: {said}", markup=False)
    for relation, (right, wrong) in outcome.relations.items():
        out.print(f"  {relation}: {right} right, {wrong} wrong")


def wrong_pairs(labelled: Labelled, outcome: Outcome) -> list[Pair]:
    """Pairs wrongly put into one story, then those wrongly kept apart."""
    labels = labelled.labels
    false = [p for p in sorted(outcome.stories) if labels.get(p) not in (POSITIVE, IGNORED)]
    return false + [
        p for p, label in sorted(labels.items()) if label == POSITIVE and p not in outcome.stories
    ]


def print_errors(labelled: Labelled, outcome: Outcome, most: int) -> None:
    """Print wrong pairs with their texts side by side."""
    for pair in islice(wrong_pairs(labelled, outcome), most):
        label = labelled.labels.get(pair, "unlabelled")
        said = "in one story" if pair in outcome.stories else "in two stories"
        match = outcome.matches.get(pair)
        why = match["reason"] if match else "no match listed"
        table = Table(title=Text(safe(f"{label}, {said}: {why}")))
        texts = []
        for idx in pair:
            document = labelled.documents[idx]
            head = f"{idx} {document.get('source', '')} {document.get('time', '')}"
            table.add_column(Text(safe(head)), ratio=1)
            shown = f"{document.get('title') or ''}\n\n{document['text'][:_SHOWN_CHARACTERS]}"
            # As text: what stands in [brackets] would be markup to the console.
            texts.append(Text("\n".join(map(safe, shown.splitlines()))))
        table.add_row(*texts)
        out.print(table)


def print_differences(labelled: Labelled, one: Outcome, other: Outcome) -> None:
    """Print the verdicts on which two parameter sets differ: relation, or the story's members."""
    here, there = _company(one), _company(other)
    differing = [
        idx
        for idx in labelled.documents
        if here.get(idx) != there.get(idx) or _relation(one, idx) != _relation(other, idx)
    ]
    out.print(f"{len(differing)} verdicts differ")
    for idx in differing:
        title = (labelled.documents[idx].get("title") or "")[:60]
        said = " -> ".join(
            f"{_relation(o, idx)} with {sorted(c.get(idx, set())) or 'none'}"
            for o, c in ((one, here), (other, there))
        )
        out.print(safe(f"{idx} {title}: {said}"), markup=False)


def _relation(outcome: Outcome, idx: int) -> str:
    verdict = outcome.verdicts.get(idx)
    return verdict["relation"] if verdict else "rejected"


def _company(outcome: Outcome) -> dict[int, set[int]]:
    company: dict[int, set[int]] = {}
    for a, b in outcome.stories:
        company.setdefault(a, set()).add(b)
        company.setdefault(b, set()).add(a)
    return company
