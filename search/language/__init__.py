"""From what somebody typed to what is asked of the index."""
