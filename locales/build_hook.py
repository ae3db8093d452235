"""Hatch build hook that compiles the .mo files, for wheels and for editable installs.

The .mo files are not in git; without them every .po file would be parsed at start. The hook is
named in pyproject.toml under `tool.hatch.build.hooks.custom`.
"""

import sys
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Compiles every catalogue before files are collected."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Compile stale catalogues. The isolated build has Babel, but not this package's root."""
        sys.path.insert(0, self.root)
        try:
            from locales.compile import compile_all  # noqa: PLC0415
        finally:
            sys.path.remove(self.root)
        compile_all()
