"""Stories that were merged into another: their articles move to it, and their ids redirect there.

Records come in any order and repeatedly, so articles of a merged story may arrive after the merger.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, delete, select, update

from streams.desk.database import Database
from streams.desk.tables import article, story, story_moved

_MOST_AT_ONCE = 500


def move(connection: Connection, database: Database, moved: Mapping[str, str]) -> set[str]:
    """Record these mergers, and move the articles; -> the stories that they are now in."""
    if not moved:
        return set()
    rows = [{"story_id": gone, "replaced_by": into} for gone, into in moved.items()]
    connection.execute(database.upsert(story_moved), rows)
    now = successors(connection, moved)
    for gone, into in now.items():
        connection.execute(update(article).where(article.c.story_id == gone).values(story_id=into))
        connection.execute(delete(story).where(story.c.story_id == gone))
    return set(now.values())


def successors(connection: Connection, stories: Collection[str]) -> dict[str, str]:
    """Those of these stories that were merged -> the story that continues."""
    found: dict[str, str] = {}
    known: dict[str, str] = {}
    names = sorted(stories)
    while names:
        step: dict[str, str] = {}
        for at in range(0, len(names), _MOST_AT_ONCE):
            some = names[at : at + _MOST_AT_ONCE]
            wanted = select(story_moved).where(story_moved.c.story_id.in_(some))
            step |= {row.story_id: row.replaced_by for row in connection.execute(wanted)}
        known |= step
        names = sorted(set(step.values()) - set(known))
    for name in stories:
        now, seen = name, {name}
        while (into := known.get(now)) is not None and into not in seen:
            now = into
            seen.add(into)
        if now != name:
            found[name] = now
    return found
