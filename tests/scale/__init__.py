"""Several servers and workers over one database, as processes and as hosts."""
