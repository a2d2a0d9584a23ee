"""Evaluations: what is asked of a model about a country, and how its answers are scored.

A kind is a folder of four modules: `questions` (its Settings, and `read`: what is asked about a
country), `ask` (`answer`: the questions put to a model), `score` (`score`: a cell's answers held
against what is right) and `table` (`table`: cells beside each other; a kind that has a `LAYOUT`
there is contrasted too). Those of the same names here find a kind's by its name. It imports no
other kind, so that a change to one makes nothing of another stale; and a change to a table makes no
answer stale.
"""
