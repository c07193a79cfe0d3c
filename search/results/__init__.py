"""What a search gives back, and the forms it can be had in."""
