"""Commands that need no Telegram do not wait for it."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["bot.cli", "bot.importing", "bot.inviting", "bot.opening"])
def test_what_works_on_the_store_alone_does_not_import_aiogram(module: str) -> None:
    code = f"import sys, {module}; sys.exit('aiogram' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
