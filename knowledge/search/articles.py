"""The assistant's own articles and its off-topic bank: read from the package, and checked.

An article is `articles/<topic>/<language>.md`: a front matter between lines of `---`, then the
text. What is wrong with one is said with its file, so that an editor can mend it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final, TypeVar

import yaml

from knowledge.values import Action, Article, FactKey
from locales.negotiate import SHIPPED, SOURCE

FEWEST_EXAMPLES: Final = 5
K = TypeVar("K", FactKey, Action)
_FIELDS: Final = frozenset({"id", "title", "version", "reviewed", "facts", "actions", "examples"})
# The parser in C reads all articles in a fifth of the time; it is not built on every machine.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class ArticleError(ValueError):
    """An article or the bank cannot be used; the text names the file and what to mend."""


@dataclass(frozen=True, slots=True)
class OffTopic:
    """A question that no MID has to do with, to compare questions with."""

    language: str
    text: str


def _said(name: str, text: str) -> object:
    try:
        # It is a safe loader, in C where there is one.
        return yaml.load(text, Loader=_Loader)  # noqa: S506
    except yaml.YAMLError as error:
        raise ArticleError(f"{name}: {error}") from error


def parse(name: str, topic: str, language: str, text: str) -> Article:
    """An article from the text of its file.

    Raises:
        ArticleError: the front matter is incomplete, unknown or of another topic.
    """
    parts = text.split("---\n", 2)
    if len(parts) != 3 or parts[0].strip():  # noqa: PLR2004
        raise ArticleError(f"{name}: begin with a front matter between two lines of ---")
    front = _said(name, parts[1])
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
        facts=tuple(_known(name, FactKey, one) for one in front["facts"] or ()),
        actions=tuple(_known(name, Action, one) for one in front["actions"] or ()),
    )


def _known(name: str, kind: type[K], word: object) -> K:
    try:
        return kind(str(word))
    except ValueError as error:
        names = ", ".join(one.value for one in kind)
        raise ArticleError(f"{name}: {word!r} is none of {names}") from error


def _version(name: str, version: object) -> int:
    if not isinstance(version, int) or version < 1:
        raise ArticleError(f"{name}: the version is a number from 1")
    return version


def _examples(name: str, given: object) -> tuple[str, ...]:
    found = tuple(str(one).strip() for one in given) if isinstance(given, list) else ()
    if twice := [one for one, count in Counter(found).items() if count > 1]:
        raise ArticleError(f"{name}: example {twice[0]!r} is there twice")
    if len(found) < FEWEST_EXAMPLES or not all(found):
        raise ArticleError(f"{name}: give at least {FEWEST_EXAMPLES} example questions")
    return found


def _folders(root: Traversable) -> Iterable[Traversable]:
    return sorted((one for one in root.iterdir() if one.is_dir()), key=lambda one: one.name)


def load(root: Traversable | None = None) -> tuple[Article, ...]:
    """Every article, by topic, English first; each topic has English, which others fall back to.

    Raises:
        ArticleError: a file cannot be used, or a topic has no English.
    """
    found: list[Article] = []
    for folder in _folders(root or files("knowledge.search") / "articles"):
        names = {one.name.removesuffix(".md"): one for one in folder.iterdir()}
        if SOURCE not in names:
            raise ArticleError(f"{folder.name}: there is no {SOURCE}.md to fall back to")
        for language in sorted(names, key=lambda one: (one != SOURCE, one)):
            text = names[language].read_text(encoding="utf-8")
            found.append(parse(f"{folder.name}/{language}.md", folder.name, language, text))
    return tuple(found)


def off_topic(source: Traversable | None = None) -> tuple[OffTopic, ...]:
    """The bank of questions that are not about MIDs.

    Raises:
        ArticleError: an entry has no language or no text.
    """
    path = source or files("knowledge.search") / "off_topic.yaml"
    bank = _said(path.name, path.read_text(encoding="utf-8"))
    return tuple(_entry(path.name, one) for one in (bank if isinstance(bank, list) else ()))


def _entry(name: str, one: object) -> OffTopic:
    if not isinstance(one, Mapping) or not {"language", "text"} <= one.keys():
        raise ArticleError(f"{name}: each entry has a language and a text: {one!r}")
    return OffTopic(str(one["language"]), str(one["text"]))
