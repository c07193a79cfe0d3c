"""Dates: as records and readers write them, as people ask for them, and in words again."""
