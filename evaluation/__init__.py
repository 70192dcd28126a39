"""A question set in, scores out."""
