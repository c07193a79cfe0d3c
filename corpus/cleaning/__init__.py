"""What stands around an article, taken out and kept apart."""
