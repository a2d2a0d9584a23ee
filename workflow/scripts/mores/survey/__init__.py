"""The survey: what each country answered, and which items are scored."""
