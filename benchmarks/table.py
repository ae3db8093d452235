"""Plain text tables."""

from collections.abc import Iterable, Sequence


def table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Format a table: the first column to the left, the others to the right."""
    lines = [head, *rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    shown = []
    for line in lines:
        first, *rest = (
            (cell.rjust if i else cell.ljust)(width)
            for i, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        shown.append("  ".join((first, *rest)).rstrip())
    return "\n".join((f"\n{title}", *shown))
