"""The pages: search, reader, and what they are made of."""
