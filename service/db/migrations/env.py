"""Alembic's entry: migrations run on the connection that service.db.migrate hands in."""

from alembic import context

from service.db.metadata import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
# The caller's transaction is the migration's: all or nothing.
context.run_migrations()
