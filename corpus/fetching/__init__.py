"""URLs: fetched politely and safely, and read by the reader that their content asks for."""
