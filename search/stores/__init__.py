"""What holds a collection: stores of several kinds, behind one protocol, and what chooses among them."""
