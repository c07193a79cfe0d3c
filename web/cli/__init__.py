"""The commands that serve."""
