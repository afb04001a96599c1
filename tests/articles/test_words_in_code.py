"""Words of a language belong in `data/languages/xx.toml`, not in the code's regular expressions."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("streams/articles", "streams/detection")
# Names in formats, protocols and software: the same in every language.
TECHNICAL = frozenset(
    ("http", "https", "www", "html", "com", "amp", "amphtml", "cdata", "gmt", "utc")
)
TECHNICAL_IN = {
    "streams/articles/address.py": "wap touch mobile jsessionid phpsessid sid",
    # libxml's words about an invalid document.
    "streams/articles/decode.py": "should have valid",
    "streams/articles/fragments.py": (
        "doctype async allowfullscreen autoplay checked compact controls default defer disabled "
        "hidden ismap itemscope loop multiple muted nofollow noshade nowrap open playsinline "
        "readonly required reversed selected font img figure article table blockquote section span "
        "strong div"
    ),
    "streams/articles/pages/head.py": (
        "canonical author name property viewport robots googlebot theme color referrer image "
        "twitter card label data creator msapplication apple google site format detection video "
        "msvalidate yandex domain next head keywords charset"
    ),
    # Letters that stand for others where a text was decoded wrongly.
    "streams/articles/mojibake.py": "ãâðñøùîïãåæçâð ăäåèĺćąđń àêëìíβā рсгведвопщш",
    "streams/articles/attribution.py": "getty",
    # Agencies that sign pictures, as in the model's training data.
    "streams/articles/pages/features.py": (
        "afp bloomberg dpa epa getty images reuters shutterstock tns"
    ),
    # Parts of addresses, and software for forums.
    "streams/articles/pages/html_kind.py": (
        "answers bbs boards community discuss discussions foro forum forums posts questions "
        "threads topics stackexchange stackoverflow viewtopic showthread showtopic discourse phpbb "
        "vbulletin xenforo vanilla ipsapp ips mybb flarum nodebb smf question page section "
        "template thread single topic"
    ),
    "streams/articles/walls.py": "nginx",
    # Names of fields in data of programs.
    "streams/articles/times.py": "date",
    "streams/articles/pages/page_date.py": (
        "datepublished publishedat published published_at publish publication date first pub"
    ),
}
_WORD = re.compile(r"[^\W\d_]{3,}")
_SYNTAX = re.compile(
    r"\(\?P<\w+>|\(\?P=\w+\)|\(\?[a-zA-Z-]+[:)]"  # groups and flags
    r"|\\[uU][0-9a-fA-F]{4,8}|\\x[0-9a-fA-F]{2}|\\."  # characters by number, classes
    r"|\[\^?\]?(?:\\.|[^\]\\])*\]"  # sets of characters
)


def words_in_patterns(source: str) -> set[str]:
    """Words of three letters and more, in lower case, in the literals given to `re.compile`."""
    tree = ast.parse(source)
    named = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return {
        word.lower()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "re.compile" and node.args
        for literal in literals(node.args[0], named)
        for word in _WORD.findall(_SYNTAX.sub("\0", literal))
    }


def literals(node: ast.AST, named: Mapping[str, ast.AST]) -> Iterator[str]:
    """A pattern's literal text, including the module's strings that it names."""
    if isinstance(node, ast.Constant):
        if isinstance(node.value, bytes):
            yield node.value.decode("latin-1")
        elif isinstance(node.value, str):
            yield node.value
    elif isinstance(node, ast.Name):
        if node.id in named:
            yield from literals(named[node.id], {})
    elif not isinstance(node, ast.Call | ast.Subscript):
        for child in ast.iter_child_nodes(node):
            yield from literals(child, named)


def words_in_code() -> dict[str, set[str]]:
    found = {
        path.relative_to(ROOT).as_posix(): words_in_patterns(path.read_text(encoding="utf-8"))
        for folder in FOLDERS
        for path in sorted((ROOT / folder).rglob("*.py"))
    }
    left = {
        path: words - TECHNICAL - set(TECHNICAL_IN.get(path, "").split())
        for path, words in found.items()
    }
    return {path: words for path, words in left.items() if words}


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ('re.compile(r"\\b(?:von|par)\\b")', {"von", "par"}),
        (
            're.compile(\n    r"\\d+ min(?:ute)?s?"\n    r" read", re.IGNORECASE)',
            {"min", "ute", "read"},
        ),
        ('re.compile("Обновлено")', {"обновлено"}),
        ('re.compile(b"price")', {"price"}),
        ("re.compile(rf\"{any_of('credits', 'with')} the\")", {"the"}),
        ('re.compile("one" + "two")', {"one", "two"}),
        ('_BY = "von|par"\nre.compile(rf"(?:{_BY}):")', {"von", "par"}),
    ],
)
def test_words_are_found(source: str, words: set[str]) -> None:
    assert words_in_patterns(source) == words


@pytest.mark.parametrize(
    "source",
    [
        're.compile(r"(?P<name>[a-zà-ÿ]{2,3})(?P=name)")',
        'text = "Words in other strings"',
        're.compile(r"(?i:\\w+)\\u0434\\bab")',
        're.compile(any_of("credits", "with"))',
        "re.compile(rf\"{words['ago']}\")",
    ],
)
def test_what_is_not_a_word_is_ignored(source: str) -> None:
    assert words_in_patterns(source) == set()


def test_no_word_of_a_language_is_in_a_pattern() -> None:
    """They come from the languages' files: `any_of` and `forms` of `streams.articles.languages`."""
    assert words_in_code() == {}
