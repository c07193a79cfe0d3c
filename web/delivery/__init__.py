"""How an answer gets to its client: under a tag, from the cache, in fewer bytes."""
