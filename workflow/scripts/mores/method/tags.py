"""The tags between which a reasoning model thinks."""

OPEN, CLOSE = "<think>", "</think>"
