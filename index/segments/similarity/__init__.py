"""The vectors of a segment's passages on disk, and which of them are nearest to a question."""
