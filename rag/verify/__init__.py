"""Is a sentence supported by its quote."""
