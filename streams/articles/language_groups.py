"""Languages that cannot be told apart reliably: a text may have the tag of any of a group.

Matches are found within a shard, and a shard has whole groups: a Serbian article that one outlet
tags as Croatian, or a detector takes for Macedonian, still meets its copies. A language belongs to
at most one group. Moving a language to another group moves its articles to another shard: copies
of earlier ones are missed for the length of one window.
"""

from __future__ import annotations

GROUPS = (
    ("sr", "hr", "bs", "sh", "cnr", "hbs", "mk", "bg", "sl"),
    ("cs", "sk"),
    ("da", "no", "nb", "nn", "sv", "fo"),
    ("es", "pt", "gl", "ca", "oc", "an", "ast"),
    ("id", "ms", "jv", "su", "min", "zlm", "zsm"),
    ("nl", "af", "fy", "li", "vls"),
    ("de", "lb", "nds", "gsw", "als", "bar"),
    ("hi", "mr", "ne", "bho", "mai", "sa"),
    ("ur", "pnb", "skr", "pa"),
    ("fa", "prs", "ckb", "glk", "mzn"),
    ("tr", "az", "tk", "crh"),
    ("bn", "as", "bpy"),
    ("rw", "rn"),
    ("zu", "xh", "ss", "nr"),
    ("fil", "ceb", "ilo", "war"),
    ("ja", "zh"),
)

_FIRST = {language: group[0] for group in GROUPS for language in group}


def shard_language(language: str) -> str:
    """The language whose shard has this one's articles: the first of its group, or itself."""
    return _FIRST.get(language, language)
