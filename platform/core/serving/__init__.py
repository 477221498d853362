"""One process group for one machine: the database, the web server, the worker and the clock, kept alive together."""
