"""Asking: from a question to ranked, highlighted passages."""
