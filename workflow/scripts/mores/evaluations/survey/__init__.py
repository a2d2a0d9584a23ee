"""The survey's own test items, scored by how near answers are to the country's own."""
