"""The fitted weights of the shipped examples, as a file of the package.

To fit all rows takes half a minute and a gigabyte, so that is done once, by `make vectors`. The
weights belong to exactly the rows they were fitted on; where an article has changed since, a quick
fit on some of the rows stands in until `make vectors` has been run.
"""

import hashlib
import zlib
from importlib.resources import files
from typing import Final

import numpy as np

from knowledge.search.semantic import RIDGE, WIDTH, Floats, Rows, fit, quick_fit

NAME: Final = "weights.bin"
_MAGIC: Final = b"midline weights 1\n"
_TOP: Final = 511
_DIGEST: Final = 32


def exact(rows: Rows, placed: Floats, count: int) -> Floats:
    """Fit every row."""
    return fit(placed, rows.topics, count)


def shipped(rows: Rows, placed: Floats, count: int) -> Floats:
    """The weights that came with the package, or a quick fit if they are of other rows."""
    path = files("knowledge.search") / NAME
    found = read(path.read_bytes(), rows, count) if path.is_file() else None
    return quick_fit(placed, rows.topics, count) if found is None else found


def _digest(rows: Rows, count: int) -> bytes:
    """What the weights depend on: a name stands for the model and for the text."""
    lines = zip(rows.names, rows.languages, rows.topics.tolist(), strict=True)
    whole = "\n".join([f"{WIDTH} {RIDGE} {count}", *(" ".join(map(str, line)) for line in lines)])
    return hashlib.sha256(whole.encode()).digest()


def write(rows: Rows, weights: Floats) -> bytes:
    """The weights as a file: what they belong to, a scale for each row, and ten bits for each."""
    scales = (np.maximum(np.abs(weights).max(axis=1), 1e-9) / _TOP).astype("<f4")
    packed, carried = np.zeros(weights.shape, "<i2"), np.zeros(weights.shape[1])
    # What rounding takes from one row is given to the next, which is about the same thing: the
    # error of a sum over all rows is a quarter of what it would be.
    for at, (row, scale) in enumerate(zip(weights, scales, strict=True)):
        meant = row + carried
        packed[at] = np.clip(np.rint(meant / scale), -_TOP, _TOP)
        carried = meant - packed[at] * scale
    # All low bytes, then all high ones, which are alike and squeeze well.
    body = scales.tobytes() + packed.view(np.uint8).reshape(-1, 2).T.tobytes()
    head = _digest(rows, weights.shape[1]) + zlib.crc32(body).to_bytes(4, "big")
    return _MAGIC + head + zlib.compress(body, 9)


def read(data: bytes, rows: Rows, count: int) -> Floats | None:
    """The weights of a file; None if it is damaged, or of other rows than these."""
    start = len(_MAGIC) + _DIGEST
    if data[:start] != _MAGIC + _digest(rows, count):
        return None
    try:
        body = zlib.decompress(data[start + 4 :])
    except zlib.error:
        return None
    if zlib.crc32(body) != int.from_bytes(data[start : start + 4], "big"):
        return None
    size = len(rows.names)
    scales = np.frombuffer(body, "<f4", size)
    halves = np.frombuffer(body, np.uint8, offset=scales.nbytes).reshape(2, -1)
    whole = np.ascontiguousarray(halves.T).view("<i2").reshape(size, count)
    found: Floats = whole * scales[:, np.newaxis]
    return found
