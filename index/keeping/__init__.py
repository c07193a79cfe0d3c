"""What keeps a collection whole: checks, repair, copies of it, packs."""
