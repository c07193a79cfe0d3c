"""The collection's folder, and how it changes."""
