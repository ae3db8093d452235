"""The `midline` command line, one module for each command."""
