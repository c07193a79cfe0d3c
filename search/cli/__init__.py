"""The commands `search` and `dragoman`, but for those that serve."""
