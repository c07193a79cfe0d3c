"""How good a ranking is, on judged questions, and how it may be tuned."""
