"""Getting what lies at a URL, politely and safely."""
