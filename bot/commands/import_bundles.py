"""``midline import``: reads bundle files and reports what their import has changed."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.open_store import open_store
from bot.settings import Settings
from service.bundle.cases import import_bundle
from service.bundle.files.read_bundle import Problem, read_with_warnings
from service.bundle.values import ImportChange, ImportReport
from service.errors import ImportRefusedError

MOST_MEMBERS = 20
"""Lines of a report that each name one member; more are summed up in one."""


@dataclass(frozen=True, slots=True)
class FileReport:
    """What the import of one file has changed; ``doubts`` are lines that address an AI model."""

    file: str
    report: ImportReport
    doubts: tuple[Problem, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The report as ``--json`` prints it."""
        return {
            "file": self.file,
            "mid": self.report.mid_id,
            "changed": bool(self.report.changes),
            "material": any(change.material for change in self.report.changes),
            "changes": [
                {
                    "what": change.what,
                    "how": change.how,
                    "fields": list(change.fields),
                    "material": list(change.material),
                }
                for change in self.report.changes
            ],
            "left_alone": list(self.report.left_alone),
            "warnings": [str(doubt) for doubt in self.doubts],
        }

    def as_text(self) -> str:
        """The report as plain text, a line for each change."""
        lines = [f"{self.file}: {self.report.mid_id}"]
        if not self.report.changes:
            lines.append("  nothing changed, all of it was known")
        changes, members = _without_many_members(self.report.changes)
        lines += members
        for change in changes:
            fields = f" ({', '.join(change.fields)})" if change.fields else ""
            lines.append(f"  {change.what}: {change.how}{fields}")
            if change.material:
                lines.append(
                    f"    material: {', '.join(change.material)}. "
                    "Everyone who is in is out until they say yes again."
                )
        left = self.report.left_alone
        lines += [f"  not in this file, left as it is: {what}" for what in left[:MOST_MEMBERS]]
        if len(left) > MOST_MEMBERS:
            lines.append(f"  and {len(left) - MOST_MEMBERS} more that are not in this file")
        lines += [f"  warning: {doubt}" for doubt in self.doubts]
        return "\n".join(lines)


def _without_many_members(
    changes: Sequence[ImportChange],
) -> tuple[list[ImportChange], list[str]]:
    """The changes to print one by one, and a line that sums up the members where they are many."""
    members = [change for change in changes if change.what.startswith("member ")]
    if len(members) <= MOST_MEMBERS:
        return list(changes), []
    counts = Counter(change.how for change in members)
    summary = ", ".join(f"{count:,} {how}" for how, count in counts.most_common())
    others = [change for change in changes if not change.what.startswith("member ")]
    return others, [f"  members: {summary} (each of them with --json)"]


async def import_files(
    settings: Settings, files: Sequence[Path], *, keep: bool = True
) -> list[FileReport]:
    """Read every file first, then import them in order, each in a transaction of its own.

    Without ``keep`` the reports say what would change, and nothing is stored.

    Raises:
        MidlineError: a file is refused. Nothing of it is stored; the files before it are.
    """
    bundles = [(str(path), *read_with_warnings(path)) for path in files]
    async with open_store(settings) as deps:
        reports = []
        for name, bundle, doubts in bundles:
            try:
                reports.append(
                    FileReport(name, await import_bundle(deps, bundle, keep=keep), doubts)
                )
            except ImportRefusedError as error:
                raise ImportRefusedError(
                    tuple(f"{name}: {problem}" for problem in error.problems)
                ) from error
        return reports
