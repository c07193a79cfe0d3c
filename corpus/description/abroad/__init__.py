"""What other languages call countries, and the offices of people."""
