"""Inputs that mean no good, made by size: files of every kind, and what is typed, sent and imported."""
