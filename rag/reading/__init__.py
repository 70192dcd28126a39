"""Does a passage answer the question, and with which words: one protocol, four readers."""
