"""The TypedDicts of the read model's rows have the columns of its tables."""

from __future__ import annotations

import types
from typing import Any, Literal, NotRequired, Union, get_args, get_origin, get_type_hints

import pytest
from sqlalchemy import Table, create_engine, literal, select

from streams.desk import tables
from streams.desk.table_rows import (
    AgencyRow,
    ArticleRow,
    EventRow,
    JudgementRow,
    LinkRow,
    StoryRow,
    VersionRow,
    rows_of,
)

ROWS = {
    tables.article: ArticleRow,
    tables.version: VersionRow,
    tables.article_agency: AgencyRow,
    tables.link: LinkRow,
    tables.story: StoryRow,
    tables.story_event: EventRow,
    tables.judgement: JudgementRow,
}


def values_of(hint: Any) -> set[type]:
    """The types of a field's values."""
    if get_origin(hint) is NotRequired:
        return values_of(get_args(hint)[0])
    if get_origin(hint) is Literal:
        return {type(value) for value in get_args(hint)}
    if get_origin(hint) in (Union, types.UnionType):
        return set().union(*map(values_of, get_args(hint)))
    return {hint}


@pytest.mark.parametrize("table", ROWS, ids=str)
def test_a_rows_fields_are_the_columns_with_their_types(table: Table) -> None:
    hints = get_type_hints(ROWS[table], include_extras=True)
    columns = {
        column.name: {column.type.python_type} | ({types.NoneType} if column.nullable else set())
        for column in table.columns
    }
    assert {name: values_of(hint) for name, hint in hints.items()} == columns


def test_a_query_of_other_columns_than_the_type_names_is_refused() -> None:
    with create_engine("sqlite://").connect() as connection:
        found = connection.execute(select(literal("a").label("article_id")))
        with pytest.raises(AssertionError, match="VersionRow"):
            rows_of(VersionRow, found)
