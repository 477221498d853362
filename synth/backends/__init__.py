"""Models behind one protocol, one file a kind."""
