"""One commit's passages on disk, in an immutable folder."""
