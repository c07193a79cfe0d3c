"""The hybrid algorithm: two legs, fused, folded and ordered."""
