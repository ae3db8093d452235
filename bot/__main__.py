"""The ``midline`` command. Each subcommand imports what it needs when it runs."""

from bot.commands.cli import app


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
