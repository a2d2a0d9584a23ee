"""Inputs of every reader, good and damaged, and slow readers that tell what they hold."""
