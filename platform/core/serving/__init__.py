"""One process group for one machine: the database, the web server, the workers and the clock, kept alive together."""
