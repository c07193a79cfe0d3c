"""Readers: what files and streams hold, as raw records. One module a format, found by the registry."""
