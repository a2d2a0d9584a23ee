"""Each question is put as it stands, and one of its options is asked for."""

from mores.method.answers import answer_country as answer

__all__ = ["answer"]
