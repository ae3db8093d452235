"""How many people fit in few bytes: outcomes as fixed records, numbers as rising differences."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from struct import Struct

_OUTCOME = Struct("<IBI")
RECORD = _OUTCOME.size
"""Bytes of one outcome."""
_CONTINUES = 0x80
_SEVEN_BITS = 0x7F


def pack_outcomes(found: Iterable[tuple[int, int, int]]) -> bytes:
    """(number, outcome, message id) as 9 bytes each, in the order given.

    Raises:
        struct.error: one of them is outside of 32 bits.
    """
    return b"".join(_OUTCOME.pack(*one) for one in found)


def unpack_outcomes(body: bytes) -> Iterator[tuple[int, int, int]]:
    """The same back."""
    return _OUTCOME.iter_unpack(body)


def find_outcome(body: bytes, number: int) -> int | None:
    """The outcome of one number where they were packed rising; None when it is not among them."""
    there = range(len(body) // RECORD)
    at = bisect_left(there, number, key=lambda n: _OUTCOME.unpack_from(body, n * RECORD)[0])
    if at == len(there):
        return None
    found, outcome, _ = _OUTCOME.unpack_from(body, at * RECORD)
    return outcome if found == number else None


def pack_numbers(numbers: Sequence[int]) -> bytes:
    """Rising numbers as the differences between them, seven bits to a byte, low bits first."""
    packed = bytearray()
    last = 0
    for number in numbers:
        left, last = number - last, number
        if left <= 0:
            raise ValueError("the numbers do not rise")
        while left > _SEVEN_BITS:
            packed.append(left & _SEVEN_BITS | _CONTINUES)
            left >>= 7
        packed.append(left)
    return bytes(packed)


def unpack_numbers(body: bytes) -> list[int]:
    """The same back."""
    numbers = []
    last = left = shift = 0
    for byte in body:
        left |= (byte & _SEVEN_BITS) << shift
        if byte & _CONTINUES:
            shift += 7
            continue
        last += left
        numbers.append(last)
        left = shift = 0
    return numbers
