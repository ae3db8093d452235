"""The build's only own step: .mo files, for wheels and for editable installs alike.

The .mo files are not in git, so without this a wheel would have to read every .po file at start.
Named in pyproject.toml under `tool.hatch.build.hooks.custom`.
"""

import sys
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Compiles every catalogue before files are collected."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Build what is stale; the isolated build has Babel but not this room on its path."""
        sys.path.insert(0, self.root)
        try:
            from locales.compile import compile_all  # noqa: PLC0415
        finally:
            sys.path.remove(self.root)
        compile_all()
