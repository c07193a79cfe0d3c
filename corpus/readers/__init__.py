"""Readers: from files, folders and streams to documents. One module a format, found by the registry."""
