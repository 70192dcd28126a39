"""Strangers' bytes: found, fetched, read in a child process, followed."""
