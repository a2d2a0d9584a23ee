"""People judge norms: a blind sheet of them, and what filled sheets say."""
