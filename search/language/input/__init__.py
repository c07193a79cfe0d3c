"""How a question is read: as a query, as plain text, or not at all, and then another is offered."""
