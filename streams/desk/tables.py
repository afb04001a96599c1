"""The read model's tables: what the pages query, keyed so that every row is an upsert.

Times are milliseconds since 1970, UTC. Ids are the contracts' hexadecimal texts.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    text,
)

# Incremented with every change of these tables or of what is written into them: a database of
# another version must be rebuilt from the topics.
SCHEMA_VERSION = 4

metadata = MetaData()

meta = Table(
    "meta",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", Text, nullable=False),
)

# The offset up to which each partition's records are in the other tables.
position = Table(
    "position",
    metadata,
    Column("topic", String, primary_key=True),
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("next_offset", BigInteger, nullable=False),
)

# The newest version of each article. `n` counts arrivals: search results are ordered by it.
article = Table(
    "article",
    metadata,
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("article_id", String, nullable=False, unique=True),
    Column("digest", String, nullable=False),
    Column("story_id", String),
    Column("original_id", String),
    Column("source", Text),
    Column("family", Text),
    Column("title", Text),
    Column("language", String, nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("published", BigInteger),
    Column("embargoed_until", BigInteger),
    Column("status", String, nullable=False),
    Column("relation", String, nullable=False),
    Column("syndicated", Boolean),
    Column("words", Integer, nullable=False),
    Column("provider", Text),  # the agency that its text comes from
    Column("credited", String),  # provider, cites or none; null if its story has no agency
    Column("matched_id", String),  # the match that the numbers below refer to
    Column("jaccard", Float),
    Column("kept", Float),  # share of the matched article that is in this one
    Column("margin", Float),  # distance of the verdict from the nearest threshold
    Column("reason", Text),
    # Includes what is counted over a story's articles, so that counting reads only the index.
    Index("article_of_story", "story_id", "time", "article_id", "source", "relation"),
    Index("article_of_source", "source", "time", "article_id", "story_id"),
    Index("article_of_provider", "provider", "time", "article_id"),
    Index("article_by_time", "time", "article_id"),
    Index("article_by_margin", "relation", "margin"),
    Index("article_by_relation", "relation", "time", "article_id"),
    Index("article_by_chance", "relation", "article_id"),
    Index("article_by_language", "language", "time", "article_id"),
    Index(
        "article_by_credit",
        "credited",
        "time",
        "article_id",
        sqlite_where=text("credited IS NOT NULL"),
        postgresql_where=text("credited IS NOT NULL"),
    ),
)

# Every version's whole event, as zstd-compressed JSON.
version = Table(
    "version",
    metadata,
    Column("article_id", String, primary_key=True),
    Column("digest", String, primary_key=True),
    Column("time", BigInteger, nullable=False, index=True),
    Column("body", LargeBinary, nullable=False),
)

article_agency = Table(
    "article_agency",
    metadata,
    Column("article_id", String, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("role", String, nullable=False),
    Column("evidence", String, nullable=False),
    Index("agency_named", "name", "role"),
)

# Matches that do not share a story: templates, compilations, short excerpts.
link = Table(
    "link",
    metadata,
    Column("article_id", String, primary_key=True),
    Column("other_id", String, primary_key=True, index=True),
    Column("relation", String, nullable=False),
    Column("jaccard", Float, nullable=False),
    Column("of_this", Float, nullable=False),
    Column("of_other", Float, nullable=False),
    Column("reason", Text, nullable=False),
    Index("link_by_relation", "relation", "article_id"),
)

# A story's record, and from `recent` on what the desk counts over its articles.
story = Table(
    "story",
    metadata,
    Column("story_id", String, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("headline", Text),
    Column("language", String, nullable=False),
    Column("original_id", String),
    Column("original_source", Text),
    Column("original_status", String, nullable=False),
    Column("original_evidence", String, nullable=False),
    Column("unseen_agency", Text),
    Column("articles", Integer, nullable=False),
    Column("copies", Integer, nullable=False),
    Column("first_seen", BigInteger, nullable=False),
    Column("last_seen", BigInteger, nullable=False),
    Column("agency", Text),
    Column("publishers", Integer, nullable=False, server_default="0"),
    Column("families", Integer, nullable=False, server_default="0"),
    Column("relations", Integer, nullable=False, server_default="0"),  # of its articles, as bits
    Column("first_hour", Integer, nullable=False, server_default="0"),
    Column("credit_given", Integer, nullable=False, server_default="0"),
    Column("credit_cited", Integer, nullable=False, server_default="0"),
    Column("credit_missing", Integer, nullable=False, server_default="0"),
    Index("story_newest", "last_seen", "story_id"),
    Index("story_most_copied", "articles", "story_id"),
    Index("story_fastest", "first_hour", "story_id"),
    Index("story_of_agency", "agency", "last_seen"),
    Index("story_of_publisher", "original_source", "last_seen"),
)

# Stories that were merged into another, which may have been merged, too. They have no other rows.
story_moved = Table(
    "story_moved",
    metadata,
    Column("story_id", String, primary_key=True),
    Column("replaced_by", String, nullable=False),
)

story_event = Table(
    "story_event",
    metadata,
    Column("story_id", String, primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("type", String, nullable=False),
    Column("article_id", String, nullable=False, index=True),
    Column("source", Text),
    Column("headline", Text),
    Column("relation", String, nullable=False),
    Column("status", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("time", BigInteger, nullable=False, index=True),
)

# People's judgements of verdicts: each person's latest on each pair counts.
judgement = Table(
    "judgement",
    metadata,
    Column("article_id", String, primary_key=True),
    Column("other_id", String, primary_key=True),
    Column("reviewer", String, primary_key=True),
    Column("verdict", String, nullable=False),  # the relation that echowire gave
    Column("answer", String, nullable=False),  # right, wrong or unsure
    Column("relation", String),  # the right one, if the verdict is wrong
    Column("language", String, nullable=False),
    Column("drawn", String, nullable=False),  # random, near, or asked: reached by a link
    Column("time", BigInteger, nullable=False),
)

session = Table(
    "session",
    metadata,
    Column("token", String, primary_key=True),  # hashed
    Column("user", String, nullable=False),  # with a mark of the password
    Column("expires", BigInteger, nullable=False),
)

# Not in the topics: a rebuild leaves it alone.
OWN = (judgement, session)
