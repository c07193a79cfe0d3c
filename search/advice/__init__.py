"""What helps a searcher along: how a question goes on, what it may have meant, and what to know of an answer."""
