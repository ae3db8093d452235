"""Every article's promises stand in docs/claims.md with the test that proves them."""

import hashlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ARTICLES = ROOT / "knowledge" / "search" / "articles"
CLAIMS = ROOT / "docs" / "claims.md"
CELLS = 4


def rows():
    """The table: article, digest, promise, test."""
    lines = (line.strip("|").split(" | ") for line in CLAIMS.read_text("utf-8").splitlines())
    found = [tuple(cell.strip() for cell in cells) for cells in lines if len(cells) == CELLS]
    return [cells for cells in found if cells[0] != "article"]


def text(article):
    """What an article says in English, without its front matter."""
    return (ARTICLES / article / "en.md").read_text("utf-8").split("---\n", 2)[2].strip()


def digest(said):
    return hashlib.sha256(said.encode()).hexdigest()[:12]


def articles():
    return sorted(path.parent.name for path in ARTICLES.glob("*/en.md"))


def faults_of(article, digests, said):
    """What is wrong with an article's rows."""
    if not digests:
        return f"{article} has no row in docs/claims.md: read what it promises and add it"
    if digests != {digest(said)}:
        return (
            f"{article} has changed since its promises were read ({', '.join(sorted(digests))}): "
            f"read them again, then write {digest(said)} into its rows of docs/claims.md"
        )
    return None


@pytest.mark.parametrize("article", articles())
def test_an_article_has_not_changed_since_its_promises_were_read(article):
    digests = {cells[1] for cells in rows() if cells[0] == article}
    assert faults_of(article, digests, text(article)) is None


def test_a_changed_or_an_unlisted_article_is_told():
    said = text("pause")
    assert faults_of("pause", {digest(said)}, said) is None
    assert "has changed" in faults_of("pause", {digest(said)}, said + " We pay you twice.")
    assert "has no row" in faults_of("pause", set(), said)


def test_a_row_quotes_its_article():
    wrong = [
        f"{article}: {promise}"
        for article, _, promise, _ in rows()
        if article not in articles()
        or (promise != "-" and promise not in " ".join(text(article).split()))
    ]
    assert wrong == []


def test_a_row_names_a_test_that_is_there():
    missing = []
    for article, _, promise, test in rows():
        if test == promise == "-":
            continue
        path, _, name = test.partition("::")
        file = ROOT / path
        there = file.is_file() and re.search(
            rf"^(?:async )?def {re.escape(name)}\(", file.read_text("utf-8"), re.MULTILINE
        )
        if not there or not name.startswith("test_"):
            missing.append(f"{article}: {test}")
    assert missing == []


if __name__ == "__main__":
    for name in articles():
        print(name, digest(text(name)))  # noqa: T201
