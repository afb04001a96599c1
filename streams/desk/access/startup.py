"""How a desk may be started: beyond this machine only with passwords, or behind a proxy."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import typer

from streams.desk.access.passwords import add_user, read_users
from streams.desk.web.security import is_loopback
from streams.errors import UserError


def open_to(
    host: str, users: Path | None, proxy_header: str | None, allowed: Sequence[str]
) -> frozenset[str] | None:
    """The host names that the desk accepts besides the loopback's; None: any.

    Raises UserError if anyone on the network could read everything.
    """
    if users is not None and proxy_header is not None:
        raise UserError("--users and --trust-proxy-header exclude each other: who signs people in?")
    if users is not None and not read_users(users):
        raise UserError(f"{users}: holds no user: --add-user NAME adds one")
    if not is_loopback(host) and users is None and proxy_header is None:
        raise UserError(
            f"--host {host}: others could read everything. Give --users FILE, or, behind a proxy"
            " that signs people in, --trust-proxy-header NAME"
        )
    names = frozenset(name.lower() for name in allowed)
    return names if names or is_loopback(host) else None


def ask_for_user(path: Path | None, name: str) -> None:
    """Ask for a new user's password, and write it into the file."""
    if path is None:
        raise UserError("--add-user needs --users FILE")
    password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    add_user(path, name, password)
    typer.echo(f"{name} can sign in; {path} has it.")
