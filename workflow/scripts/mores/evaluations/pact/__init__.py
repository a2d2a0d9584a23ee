"""Social situations in which a norm and a person's wish conflict (after PACT, arXiv 2606.07877)."""
