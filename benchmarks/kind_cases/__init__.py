"""Kinds of questions that a mean over many hides, a module each: see `kinds.py`.

A module has `measure(work)`, which takes an empty folder to work in and yields a `Share` for each kind it measures.
It asks by the public face alone, so that versions before a change can be measured too, and an error counts as wrong.
"""
