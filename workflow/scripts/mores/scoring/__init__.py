"""Scores: how close answers are to a country's, and whether a difference is real."""
