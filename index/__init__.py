"""Articles in, a published index out. Knows nothing of questions."""
