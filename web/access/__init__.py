"""Who may ask: hosts, origins, keys, rates."""
