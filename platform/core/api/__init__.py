"""The HTTP API: JSON for programs, with the permissions of the pages."""
