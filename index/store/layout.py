"""What lies where in a store's folder."""

from __future__ import annotations

DATABASE = "articles.sqlite3"
GENERATIONS = "generations"
STARTER = "the starter corpus"
"""What a store is built from until its owner ingests something."""
