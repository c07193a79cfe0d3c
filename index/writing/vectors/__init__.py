"""The vectors that passages have already, and those that they are given later."""
