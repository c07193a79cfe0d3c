"""How each leg finds passages in a stack, and what it has to say of each: one module a leg; see `local_leg`."""
