"""Django's engine for PostgreSQL, which starts the embedded server when it is first needed."""
