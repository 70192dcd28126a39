"""What touches the disk: SQLite, Chroma's generations, durable writes."""
