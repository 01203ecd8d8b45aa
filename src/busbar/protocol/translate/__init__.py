"""Between wire types and the neutral vocabulary, both ways, for both sides: v16 and v2 (2.0.1 and 2.1)."""
