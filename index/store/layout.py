"""Names of what lies in a store's folder, and of the corpus that it starts with."""

from __future__ import annotations

DATABASE = "articles.sqlite3"
GENERATIONS = "generations"
STARTER = "the starter corpus"
"""Origin of a store until its owner ingests something."""
UPLOADS = "uploads"
"""Folder of the files that the owner's page has brought in."""
REMOVALS = "removals.json"
"""The articles that go with the next publication from the owner's page."""
UPLOADED = "upload:/"
"""What the paths of files begin with that came by way of a database, which does not keep them."""
UPLOAD_BYTES = 64 << 20
"""Of a file that comes by way of a database, at most."""
UPLOADS_BYTES = 1 << 30
"""Of all that wait in it."""
