"""The faces of one Answer: the chat page, the article page and the HTTP interface."""
