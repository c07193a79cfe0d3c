"""Documents: what they are, how they are read, cleaned, described and cut into passages."""
