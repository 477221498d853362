"""Where a project stands, in figures."""
