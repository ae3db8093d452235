"""Reads and checks the assistant's own articles and its off-topic bank.

An article is `articles/<topic>/<language>.md`: a front matter between lines of `---`, then the
text. An error names the file and what is wrong with it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final, TypeVar

import yaml

from knowledge.values import Action, Article, FactKey
from locales.negotiate import SHIPPED, SOURCE

FEWEST_EXAMPLES: Final = 5
_FIELDS: Final = frozenset({"id", "title", "version", "reviewed", "facts", "actions", "examples"})
# The parser in C reads all articles in a fifth of the time; it is not built on every machine.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Key = TypeVar("_Key", FactKey, Action)


class ArticleError(ValueError):
    """An article or the bank cannot be used; the text names the file and what to correct."""


@dataclass(frozen=True, slots=True)
class OffTopicQuestion:
    """An entry of the off-topic bank: a question that has nothing to do with a MID."""

    language: str
    text: str


def parse_article(name: str, topic: str, language: str, text: str) -> Article:
    """Parse the text of an article's file, which ``name`` names in errors.

    Raises:
        ArticleError: the front matter is incomplete, unknown or of another topic.
    """
    parts = text.split("---\n", 2)
    if len(parts) != 3 or parts[0].strip():  # noqa: PLR2004
        raise ArticleError(f"{name}: begin with a front matter between two lines of ---")
    front = _parse_yaml(name, parts[1])
    if not isinstance(front, dict):
        raise ArticleError(f"{name}: the front matter is not a list of fields")
    if wrong := sorted(_FIELDS ^ front.keys()):
        raise ArticleError(f"{name}: missing or unknown fields: {', '.join(map(str, wrong))}")
    if front["id"] != topic:
        raise ArticleError(f"{name}: id {front['id']!r} is not the folder's name")
    if language not in SHIPPED:
        raise ArticleError(f"{name}: {language!r} is not a shipped language")
    body = parts[2].strip()
    if not body or not str(front["title"] or "").strip():
        raise ArticleError(f"{name}: the title or the text is empty")
    return Article(
        id=topic,
        language=language,
        title=str(front["title"]).strip(),
        text=body,
        examples=_examples(name, front["examples"]),
        version=_version(name, front["version"]),
        reviewed=str(front["reviewed"]),
        facts=tuple(_member(name, FactKey, word) for word in front["facts"] or ()),
        actions=tuple(_member(name, Action, word) for word in front["actions"] or ()),
    )


def load_articles(root: Traversable | None = None) -> tuple[Article, ...]:
    """Read every article, by topic, English first. Each topic has English, the fallback.

    Raises:
        ArticleError: a file cannot be used, or a topic has no English.
    """
    articles: list[Article] = []
    for folder in _folders(root or files("knowledge.search") / "articles"):
        topic = folder.name
        paths = {path.name.removesuffix(".md"): path for path in folder.iterdir()}
        if SOURCE not in paths:
            raise ArticleError(f"{topic}: there is no {SOURCE}.md to fall back to")
        for language in sorted(paths, key=lambda tag: (tag != SOURCE, tag)):
            text = paths[language].read_text(encoding="utf-8")
            articles.append(parse_article(f"{topic}/{language}.md", topic, language, text))
    return tuple(articles)


@cache
def own_articles() -> tuple[Article, ...]:
    """The assistant's own articles, read once."""
    return load_articles()


def load_off_topic(source: Traversable | None = None) -> tuple[OffTopicQuestion, ...]:
    """Read the bank of questions that are not about MIDs.

    Raises:
        ArticleError: an entry has no language or no text.
    """
    path = source or files("knowledge.search") / "off_topic.yaml"
    bank = _parse_yaml(path.name, path.read_text(encoding="utf-8"))
    return tuple(_entry(path.name, entry) for entry in (bank if isinstance(bank, list) else ()))


def _parse_yaml(name: str, text: str) -> object:
    try:
        # It is a safe loader, in C where there is one.
        return yaml.load(text, Loader=_Loader)  # noqa: S506
    except yaml.YAMLError as error:
        raise ArticleError(f"{name}: {error}") from error


def _member(name: str, kind: type[_Key], word: object) -> _Key:
    try:
        return kind(str(word))
    except ValueError as error:
        names = ", ".join(member.value for member in kind)
        raise ArticleError(f"{name}: {word!r} is none of {names}") from error


def _version(name: str, version: object) -> int:
    if not isinstance(version, int) or version < 1:
        raise ArticleError(f"{name}: the version is a number from 1")
    return version


def _examples(name: str, value: object) -> tuple[str, ...]:
    examples = tuple(str(item).strip() for item in value) if isinstance(value, list) else ()
    if twice := [example for example, count in Counter(examples).items() if count > 1]:
        raise ArticleError(f"{name}: example {twice[0]!r} is there twice")
    if len(examples) < FEWEST_EXAMPLES or not all(examples):
        raise ArticleError(f"{name}: give at least {FEWEST_EXAMPLES} example questions")
    return examples


def _folders(root: Traversable) -> Iterable[Traversable]:
    return sorted((path for path in root.iterdir() if path.is_dir()), key=lambda path: path.name)


def _entry(name: str, entry: object) -> OffTopicQuestion:
    if not isinstance(entry, Mapping) or not {"language", "text"} <= entry.keys():
        raise ArticleError(f"{name}: each entry has a language and a text: {entry!r}")
    return OffTopicQuestion(str(entry["language"]), str(entry["text"]))
