"""The report: what a study asked and found, on one page that needs no network."""
