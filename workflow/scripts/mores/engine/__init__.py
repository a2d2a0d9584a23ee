"""The engine: one server per model for the whole run, leased by jobs, every answer journalled."""
