"""What a document's text tells of it: when, where, by whom, of whom, in which language."""
