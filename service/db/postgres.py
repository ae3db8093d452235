"""The engines of a PostgreSQL server: how connections are made, kept, and given out again.

Whoever is cancelled while SQLAlchemy sets a connection up, once it is out of the pool, loses it:
nobody gives it back, and the server keeps it. So nothing is set up then: a connection stays as it
was made, and who needs a transaction begins it with words of their own.
"""

import select
from typing import Any

from sqlalchemy import URL, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

SNAPSHOT, CHANGE = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", "BEGIN"
"""How what reads several times from one state begins, and what writes."""

# How long a server that says nothing is waited for, in seconds but for the last, which is in
# milliseconds. Without them a machine that vanished is waited for until the network gives up.
_PATIENCE = {
    "connect_timeout": 10,
    "keepalives_idle": 20,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
# Those that read and those that write each have so many. They are kept: to make one takes longer
# than a tap.
_CONNECTIONS = 8


def server_engine(url: URL) -> AsyncEngine:
    """An engine of a server; nothing on it begins a transaction by itself."""
    given = {name: value for name, value in _PATIENCE.items() if name not in url.query}
    engine = create_async_engine(
        url,
        pool_size=_CONNECTIONS,
        max_overflow=0,
        pool_use_lifo=True,
        connect_args=given | {"autocommit": True},
        # Without it each new connection asks the server for a type that is not used.
        use_native_hstore=False,
        hide_parameters=True,
    )
    event.listen(engine.sync_engine, "checkout", _still_there)
    return engine


def _still_there(connection: Any, *_: object) -> None:
    """Whether the server has ended a connection since it was last used.

    Nothing is asked: to one that waits the server has nothing to say but that it ends.
    """
    waiting = select.poll()
    waiting.register(connection.driver_connection.pgconn.socket, select.POLLIN)
    if waiting.poll(0):
        raise DisconnectionError
