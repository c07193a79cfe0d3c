"""The commands `search` and `dragoman`, except those that serve."""
