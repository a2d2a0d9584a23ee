"""Figures: each a function of a table's rows that gives its picture and the data in it."""
