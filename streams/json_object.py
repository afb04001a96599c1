"""JSON of others, whose shape nobody here decides."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
"""A JSON object, or keyword arguments, in a form that somebody else defines: JSON-LD of a page, an
item of a wire or a feed, a line of a corpus, a document of a standard (OpenAPI), a library's
options. Its values are checked where they are read.

Not for what echowire itself publishes or stores: articles, verdicts, stories and events have the
types of `schemas.records`, rows and views of the desk those of `streams.desk`.
"""
