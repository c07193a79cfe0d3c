"""The other ways to write what stands in a question: names of the same, spellings of the same word, numbers."""
