"""Text to vectors: the model, and its two sides for passages and for questions."""
