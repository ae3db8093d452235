"""The `midline` command, one module for each command."""
