"""Errors that the person at the keyboard can fix."""

from __future__ import annotations


class UserError(Exception):
    """Printed by the command line as one sentence, without a traceback.

    `exit_code` follows sysexits.h if that has a code for the case.
    """

    exit_code = 1
