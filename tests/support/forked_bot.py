"""The bot's process with all its imports done: for each line it reads it forks, and is the bot.

Of the five seconds of a start four are imports, before anything is read or written. Who kills the
bot hundreds of times waits for them once. Told on standard output: the process's id, and when it
has ended, its exit code.
"""

import os
import sys

from bot import app, logs
from bot.commands import cli

IMPORTED = app, logs
"""What `midline run` would import now."""


def main() -> None:
    """Fork for each line, and wait for the end of what was forked."""
    for _ in sys.stdin:
        if not (child := os.fork()):
            # What the bot prints is nothing that is waited for here.
            os.dup2(2, 1)
            cli.app(["run"])
        print(child, flush=True)  # noqa: T201
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
