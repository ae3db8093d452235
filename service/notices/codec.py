"""Compact encodings: outcomes as fixed-size records, sorted numbers as variable-length deltas."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from struct import Struct

_OUTCOME = Struct("<IBI")
OUTCOME_SIZE = _OUTCOME.size
"""Bytes of one packed outcome."""
_CONTINUES = 0x80
_SEVEN_BITS = 0x7F


def pack_outcomes(outcomes: Iterable[tuple[int, int, int]]) -> bytes:
    """Pack (number, outcome, message id) into 9 bytes each, in the order given.

    Raises:
        struct.error: a number or a message id does not fit 32 bits.
    """
    return b"".join(_OUTCOME.pack(*outcome) for outcome in outcomes)


def unpack_outcomes(body: bytes) -> Iterator[tuple[int, int, int]]:
    """(number, outcome, message id), as ``pack_outcomes`` took them."""
    return _OUTCOME.iter_unpack(body)


def find_outcome(body: bytes, number: int) -> int | None:
    """Find the outcome of one number by bisection; None when it has none here.

    The outcomes must have been packed in rising order of their numbers.
    """
    records = range(len(body) // OUTCOME_SIZE)
    n = bisect_left(records, number, key=lambda n: _OUTCOME.unpack_from(body, n * OUTCOME_SIZE)[0])
    if n == len(records):
        return None
    nearest, outcome, _ = _OUTCOME.unpack_from(body, n * OUTCOME_SIZE)
    return outcome if nearest == number else None


def pack_numbers(numbers: Sequence[int]) -> bytes:
    """Delta-encode rising numbers as unsigned LEB128: seven bits to a byte, low bits first.

    Raises:
        ValueError: the numbers do not rise.
    """
    packed = bytearray()
    last = 0
    for number in numbers:
        delta, last = number - last, number
        if delta <= 0:
            raise ValueError("the numbers do not rise")
        while delta > _SEVEN_BITS:
            packed.append(delta & _SEVEN_BITS | _CONTINUES)
            delta >>= 7
        packed.append(delta)
    return bytes(packed)


def unpack_numbers(body: bytes) -> list[int]:
    """The numbers that ``pack_numbers`` packed."""
    numbers = []
    last = delta = shift = 0
    for byte in body:
        delta |= (byte & _SEVEN_BITS) << shift
        if byte & _CONTINUES:
            shift += 7
            continue
        last += delta
        numbers.append(last)
        delta = shift = 0
    return numbers
