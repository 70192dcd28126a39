"""Pages for people besides the chat."""
