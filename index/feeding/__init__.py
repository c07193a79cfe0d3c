"""Keeping a collection current with what it is fed from."""
