"""What no test should pay for again: the roots of trust, and garbage searched in what stays."""

import functools
import gc
import ssl
from collections.abc import Iterator

import pytest

# The fixtures of the whole bot: `house`, `quiet_house`, `clock`, `stocked`.
pytest_plugins = ["tests.support.house_fixtures"]

# Every client of Telegram has a TLS context of its own, and reads the world's roots for it.
# The stand-in speaks no TLS: one context serves all of a process.
ssl.create_default_context = functools.cache(ssl.create_default_context)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """What is imported stays: searching it for garbage finds nothing and takes seconds."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()
