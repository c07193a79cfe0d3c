"""The legs of a search: ways of finding passages, each an object; see `leg` and `leg_table`."""
