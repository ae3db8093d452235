"""Engines of a PostgreSQL server.

If a task is cancelled while SQLAlchemy sets up a connection that it took from the pool, the
connection leaks: nothing returns it, and the server keeps it open. So nothing is set up on
checkout: connections stay in autocommit, and ``Database`` begins transactions explicitly.
"""

import select
from typing import Any

from sqlalchemy import URL, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

BEGIN_READ = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
BEGIN_WRITE = "BEGIN"

# How long to wait for an unresponsive server, in seconds (``tcp_user_timeout``: milliseconds).
# Without these, a machine that vanished is waited for until the network gives up.
_TIMEOUTS = {
    "connect_timeout": 10,
    "keepalives_idle": 20,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
# Connections of each engine. They are kept open: connecting takes longer than a tap.
_POOL_SIZE = 8


def server_engine(url: URL) -> AsyncEngine:
    """An engine in autocommit; timeouts that the URL does not set have defaults."""
    timeouts = {name: value for name, value in _TIMEOUTS.items() if name not in url.query}
    engine = create_async_engine(
        url,
        pool_size=_POOL_SIZE,
        max_overflow=0,
        pool_use_lifo=True,
        connect_args=timeouts | {"autocommit": True},
        # Otherwise each new connection queries the server for the unused hstore type.
        use_native_hstore=False,
        hide_parameters=True,
    )
    event.listen(engine.sync_engine, "checkout", _check_alive)
    return engine


def _check_alive(connection: Any, *_: object) -> None:
    """Raise DisconnectionError if the server has ended a connection since its last use.

    No query is needed: the only thing a server sends on an idle connection is that it ends.
    """
    poll = select.poll()
    poll.register(connection.driver_connection.pgconn.socket, select.POLLIN)
    if poll.poll(0):
        raise DisconnectionError
