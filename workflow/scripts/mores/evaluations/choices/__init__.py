"""Multiple-choice questions from a file, scored by how often the right option is chosen."""
