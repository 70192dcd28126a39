"""Everything that is true of English or Chinese."""
