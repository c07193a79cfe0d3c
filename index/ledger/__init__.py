"""The SQLite database that is the one truth about a collection."""
