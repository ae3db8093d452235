"""The entry point of the ``midline`` command and of ``python -m bot``."""

from bot.commands.cli import app


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
