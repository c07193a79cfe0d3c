"""The same search in the shapes of other frameworks."""
