"""``midline import``: reads bundle files and reports what their import has changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.open_store import open_store
from bot.settings import Settings
from service.bundle.cases import import_bundle
from service.bundle.files.read_bundle import Problem, read_with_warnings
from service.bundle.values import ImportReport
from service.errors import ImportRefusedError


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
        for change in self.report.changes:
            fields = f" ({', '.join(change.fields)})" if change.fields else ""
            lines.append(f"  {change.what}: {change.how}{fields}")
            if change.material:
                lines.append(
                    f"    material: {', '.join(change.material)}. "
                    "Everyone who is in is out until they say yes again."
                )
        lines += [f"  not in this file, left as it is: {what}" for what in self.report.left_alone]
        lines += [f"  warning: {doubt}" for doubt in self.doubts]
        return "\n".join(lines)


async def import_files(settings: Settings, files: Sequence[Path]) -> list[FileReport]:
    """Read every file first, then import them in order, each in a transaction of its own.

    Raises:
        MidlineError: a file is refused. Nothing of it is stored; the files before it are.
    """
    bundles = [(str(path), *read_with_warnings(path)) for path in files]
    async with open_store(settings) as deps:
        reports = []
        for name, bundle, doubts in bundles:
            try:
                reports.append(FileReport(name, await import_bundle(deps, bundle), doubts))
            except ImportRefusedError as error:
                raise ImportRefusedError(
                    tuple(f"{name}: {problem}" for problem in error.problems)
                ) from error
        return reports
