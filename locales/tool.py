"""The translator's commands: `python -m locales.tool extract|update|check [LANG ...]`."""

import argparse
import sys
from collections.abc import Sequence

from babel.core import Locale, UnknownLocaleError
from babel.messages.catalog import Catalog

from locales import check, po
from locales.negotiate import SHIPPED, SOURCE


def extract() -> Catalog:
    """Write the template from the code."""
    template = po.extracted()
    changed = po.write_changed(po.TEMPLATE, po.rendered(template))
    _say(f"{po.TEMPLATE.name}: {'written' if changed else 'current'}")
    return template


def update(languages: Sequence[str]) -> int:
    """Update the template and the catalogues from the code; creates a missing catalogue."""
    template = extract()
    for locale in languages:
        path = po.po_path(locale)
        old = path.read_bytes() if path.is_file() else None
        changed = po.write_changed(path, po.rendered(po.updated(locale, old, template)))
        _say(f"{locale}: {'written' if changed else 'current'}")
    return 0


def run_checks(languages: Sequence[str]) -> int:
    """Print every problem of the template and the languages; returns 1 if there is one, else 0."""
    problems = check.template_current()
    for locale in (SOURCE, *languages):
        problems += check.problems(locale)
        if doubts := check.doubts(locale):
            _say(f"{locale}: {doubts} marked REVIEW")
    for problem in problems:
        _say(problem)
    _say(f"{len(problems)} problems")
    return 1 if problems else 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code, 2 for an unknown language."""
    parser = argparse.ArgumentParser(prog="python -m locales.tool")
    parser.add_argument("command", choices=("extract", "update", "check"))
    parser.add_argument("languages", nargs="*", metavar="LANG")
    args = parser.parse_args(arguments)
    languages = args.languages or [locale for locale in SHIPPED if locale != SOURCE]
    for locale in languages:
        try:
            Locale.parse(locale)
        except (UnknownLocaleError, ValueError) as error:
            parser.error(str(error))
    if args.command == "extract":
        extract()
        return 0
    return update(languages) if args.command == "update" else run_checks(languages)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main())
