"""What several readers share: bytes to text, records, markup, printed pages."""
