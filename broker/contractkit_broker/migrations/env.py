"""What alembic runs: the migrations, on the connection and in the transaction it was given."""

from alembic import context

from contractkit_broker.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
context.run_migrations()
