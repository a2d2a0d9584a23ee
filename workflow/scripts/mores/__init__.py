"""How close is a language model to the values of a country, and what brings it closer?"""
