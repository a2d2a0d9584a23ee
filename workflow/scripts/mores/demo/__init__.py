"""The embedded default: a survey of invented countries and a small model that can read it."""
