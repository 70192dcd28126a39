"""A store in a PostgreSQL database with pgvector, which many machines share."""
