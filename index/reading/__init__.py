"""One generation of a collection, opened: what satisfies a constraint, what is nearest, what is counted."""
