"""What the parts of dates are called in each language."""
