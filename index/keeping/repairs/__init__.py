"""Mending a collection: what is damaged is made anew from what is whole; the rows of a ledger are salvaged."""
