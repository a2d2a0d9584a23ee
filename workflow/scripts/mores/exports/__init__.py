"""Exports: a study's results in the forms that other people's tools read."""
