"""Objectives: what an adapter is trained to do, one module each.

A module has its `Settings` (what may stand under `tunings`), and three functions: `examples` makes
what is learnt from, `row` says it in token ids, `trainer` sets TRL's trainer up. It imports no
other objective, so that a change to one makes no adapter of another stale.
"""
