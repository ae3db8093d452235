"""What the operator is told when the store does not open or fails: the reason and the fix."""

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from service.errors import StoreError

STORE_AWAY = (OperationalError, InterfaceError)
"""The errors of a store that is locked, full, or out of reach."""

# Part of a driver's message -> the fix. The first that matches is used.
_SERVER = (
    ("password authentication", "Correct the user and the password in MIDLINE_DATABASE_URL."),
    ("pg_hba", "Let the server take this user from here, in its pg_hba.conf."),
    ("role", "Make the user on the server, or correct it in MIDLINE_DATABASE_URL."),
    ("does not exist", "Make the database on the server, or correct MIDLINE_DATABASE_URL."),
    ("permission denied", "Let the user make tables there, or make it the database's owner."),
    ("read-only", "Name the primary server in MIDLINE_DATABASE_URL, not a replica."),
    ("resolve", "Correct the host in MIDLINE_DATABASE_URL."),
    ("too many", "Let the server take more connections (max_connections)."),
    ("", "Start the server, or correct MIDLINE_DATABASE_URL."),
)
_FILE = (
    ("locked", "Another program writes to it. Stop that one, or start again when it is done."),
    ("full", "Make room on its disk, and start again: nothing that was stored is lost."),
    ("readonly", "Let the user that runs Midline write to the file and its folder."),
    ("unable to open", "Let the user that runs Midline write to the file and its folder."),
    ("malformed", "The file is damaged. Restore a backup."),
    ("disk i/o", "The disk is full or fails. Make room, or look at the system's log."),
    ("", "Run midline doctor."),
)

# Part of a driver's message while the store is in use -> reason and fix for the log.
_AWAY = (
    ("full", "the disk is full", "make room; what waits is then done by itself"),
    ("locked", "another program writes to the store", "stop that one; Midline goes on by itself"),
    ("disk i/o", "the disk is full or fails", "make room, or look at the system's log"),
    ("readonly", "the store may not be written to", "give the file back to Midline's user"),
    ("read-only", "the server takes no writes", "name the primary server"),
    ("malformed", "the file is damaged", "stop Midline and restore a backup"),
    ("not a database", "the file is damaged", "stop Midline and restore a backup"),
    ("too many", "the server takes no more connections", "raise its max_connections"),
    ("", "the store does not answer", "see to the disk or the server; Midline tries again"),
)


def describe_outage(error: BaseException) -> dict[str, str]:
    """The reason and the fix for the log, as ``reason`` and ``mend``; the error is not quoted.

    Of an exception group the first error counts; one that is not a driver's means no answer.
    """
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    message = str(error.orig) if isinstance(error, DBAPIError) else ""
    first_line = message.lower().split("\n", maxsplit=1)[0]
    reason, mend = next((reason, mend) for part, reason, mend in _AWAY if part in first_line)
    return {"reason": reason, "mend": mend}


def opening_error(url: URL, error: DBAPIError) -> StoreError:
    """The error to raise for a store that does not open; the URL's password is masked."""
    message = str(error.orig).strip().split("\n")[0].rstrip(".")
    if url.password:
        message = message.replace(str(url.password), "[secret]")
    embedded = url.get_backend_name() == "sqlite"
    where = str(url.database) if embedded else _server(url)
    mends = _FILE if embedded else _SERVER
    mend = next(mend for part, mend in mends if part in message.lower())
    return StoreError(f"the store {where} does not open: {message}. {mend}")


def _server(url: URL) -> str:
    host = url.host or url.query.get("host") or "this machine"
    port = f":{url.port}" if url.port else ""
    return f"{url.database} at {host}{port}"
