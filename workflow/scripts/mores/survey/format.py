"""The forms in which a survey's answers come."""

from typing import Literal

Format = Literal["auto", "microdata", "aggregate", "tidy"]
