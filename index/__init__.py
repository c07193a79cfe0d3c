"""The hybrid index on disk: how passages are kept, and what can be asked of them."""
