"""What stands above a text and tells of it: datelines, labels, telegrams' heads, titles."""
