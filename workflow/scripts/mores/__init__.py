"""How close is a language model to the values of a country, and what brings it closer?"""

from mores.telemetry import turn_off

turn_off()
