"""The JSON API: its endpoints, their answers, and their description."""
