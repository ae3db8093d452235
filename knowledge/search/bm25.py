"""Lexical search: BM25 over character n-grams of 3 to 5, and 1 to 2 in Chinese, Japanese, Korean.

It needs no model, and finds only what shares letters with the texts. N-grams are hashed into a
fixed number of buckets with numpy, so that an index of all articles is built in a few hundredths
of a second and holds no strings.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from knowledge.normalize import fold

Floats = NDArray[np.float32]
Codes = NDArray[np.uint64]
# 32 bits, half of numpy's default: the index of all articles has millions of entries.
Buckets = NDArray[np.uint32]
Counts = NDArray[np.int32]

_BITS: Final = 20
_NGRAMS: Final = (3, 4, 5)
_K1: Final = 1.2
_B: Final = 0.6
# Odd constants of common hash functions: one for each place in an n-gram, the last mixes.
_MIX: Final = np.array(
    [0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93,
     0xA0761D6478BD642F, 0xE7037ED1A0B428DB], dtype=np.uint64)  # fmt: skip
_HAN: Final = ((0x3040, 0x30FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xAC00, 0xD7AF))


def ngram_buckets(text: str) -> Buckets:
    """The buckets of a text's n-grams, each as often as it occurs."""
    codes = _code_points(text)
    buckets = [_hash(codes, length) for length in _NGRAMS]
    han = np.zeros(len(codes), bool)
    for low, high in _HAN:
        han |= (codes >= low) & (codes <= high)
    if han.any():
        buckets.append(_hash(codes, 1)[han])
        buckets.append(_hash(codes, 2)[han[:-1] & han[1:]])
    return np.concatenate(buckets)


class Bm25:
    """An immutable index of texts; thread-safe.

    Document frequencies and the mean length include those of ``base``, so that scores of a small
    index can be compared with those of the large one.
    """

    def __init__(self, texts: Sequence[str], base: "Bm25 | None" = None) -> None:
        pairs = [_count(text) for text in texts]
        lengths = np.array([counts.sum() for _, counts in pairs], np.float64)
        self._size = len(texts)
        mean = float(lengths.mean()) if len(lengths) else 1.0
        self.total: int = self._size + (base.total if base else 0)
        self.mean: float = base.mean if base else mean
        buckets = np.concatenate([np.empty(0, np.uint32), *(own for own, _ in pairs)])
        counts = np.concatenate([np.empty(0, np.int32), *(count for _, count in pairs)])
        sizes = [len(own) for own, _ in pairs]
        owners = np.repeat(np.arange(self._size, dtype=np.int32), sizes)
        order = np.argsort(buckets, kind="stable")
        self._owners = owners[order]
        self._keys, starts, within = np.unique(
            buckets[order], return_index=True, return_counts=True
        )
        self._starts = np.append(starts, len(buckets))
        frequencies = within + (base.document_frequencies(self._keys) if base else 0)
        self._within = within
        idf = np.log1p((self.total - frequencies + 0.5) / (frequencies + 0.5)).astype(np.float32)
        norms = _K1 * (1 - _B + _B * lengths / max(self.mean, 1.0))
        times = counts[order]
        weights = times * np.float32(_K1 + 1) / (times + norms.astype(np.float32)[self._owners])
        self._weights = (weights * np.repeat(idf, within)).astype(np.float32)

    def _find(self, buckets: Buckets) -> NDArray[np.int64]:
        """The positions of buckets in the index; those that do not occur are left out."""
        places = np.searchsorted(self._keys, buckets)
        inside = places < len(self._keys)
        places, buckets = places[inside], buckets[inside]
        known: NDArray[np.int64] = places[self._keys[places] == buckets]
        return known

    def document_frequencies(self, buckets: Buckets) -> NDArray[np.int64]:
        """In how many texts of this index each bucket occurs."""
        if not len(self._keys):
            return np.zeros(len(buckets), np.int64)
        places = np.minimum(np.searchsorted(self._keys, buckets), len(self._keys) - 1)
        same = self._keys[places] == buckets
        return np.where(same, self._within[places], 0)

    def scores(self, text: str) -> Floats:
        """The score of each text, 0 where no n-gram is shared."""
        known = self._find(np.unique(ngram_buckets(text)))
        spans = [np.arange(self._starts[at], self._starts[at + 1]) for at in known]
        places = np.concatenate([np.empty(0, np.int64), *spans])
        total = np.bincount(
            self._owners[places], weights=self._weights[places], minlength=self._size
        )
        return total.astype(np.float32)


def _code_points(text: str) -> Codes:
    plain = fold(text)
    # Vowel signs are no letters to Python, but Hindi words need them.
    kept = "".join(c if c.isalnum() or _is_sign(c) else " " for c in plain)
    line = " ".join(kept.split())
    return np.frombuffer(f" {line} ".encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)


def _is_sign(char: str) -> bool:
    return 0x0900 <= ord(char) <= 0x0DFF or char in "+-"  # noqa: PLR2004


def _hash(codes: Codes, length: int) -> Buckets:
    """The bucket of each n-gram of this length."""
    width = len(codes) - length + 1
    if width < 1:
        return np.empty(0, np.uint32)
    mixed = np.full(width, length * 0x51_7C_C1, np.uint64)
    for place in range(length):
        mixed = (mixed ^ (codes[place : place + width] * _MIX[place])) * _MIX[5]
        mixed ^= mixed >> np.uint64(29)
    buckets: Buckets = (mixed >> np.uint64(64 - _BITS)).astype(np.uint32)
    return buckets


def _count(text: str) -> tuple[Buckets, Counts]:
    buckets, counts = np.unique(ngram_buckets(text), return_counts=True)
    return buckets, counts.astype(np.int32)
