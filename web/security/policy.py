"""Which addresses there are, and for whom. What is not named here is 404, whatever Gradio serves there."""

from __future__ import annotations

from typing import Literal

Audience = Literal["public", "chat", "owner"]
"""`chat` is the owner's unless --public-chat opens it."""

PUBLIC = {
    "/healthz", "/readyz", "/favicon.ico", "/api/ask", "/api/feedback", "/v1/chat/completions", "/v1/models",
    "/widget", "/widget.js", "/widget/frame.js", "/widget/parts.js", "/widget/frame.css",
}  # fmt: skip
PUBLIC_FOLDERS = ("/api/articles/", "/articles/", "/quoth/", "/shared/")
DOCUMENTS = {"/openapi.json", "/api-docs"}
"""Public with --api-docs; without it Gradio would answer with its own."""
# The chat, and of Gradio's routes those that it needs: neither uploads nor files are among them.
CHAT = {
    "/", "/articles", "/articles/", "/api/export", "/api/share", "/api/conversations", "/api/conversations/forget",
    "/config", "/theme.css",
    "/gradio_api/queue/join", "/gradio_api/queue/data", "/gradio_api/cancel", "/gradio_api/info",
    "/gradio_api/startup-events", "/gradio_api/theme.css", "/gradio_api/reset", "/gradio_api/app_id",
}  # fmt: skip
CHAT_FOLDERS = ("/api/answers/", "/assets/", "/static/", "/gradio_api/heartbeat/")
OWNER = {"/metrics", "/owner"}
OWNER_FOLDERS = ("/owner/",)
GRADIO = "/gradio_api/"
ASKING = {"/api/ask", "/v1/chat/completions", "/gradio_api/queue/join"}
"""Where questions are asked, which takes work."""


def audience_of(path: str, *, documented: bool) -> Audience | None:
    """Return whom an address is for; None where there is nothing for anybody. `documented` is --api-docs."""
    if path in DOCUMENTS:
        return "public" if documented else None
    if path in CHAT or path.startswith(CHAT_FOLDERS):
        return "chat"
    if path in PUBLIC or path.startswith(PUBLIC_FOLDERS):
        return "public"
    return "owner" if path in OWNER or path.startswith(OWNER_FOLDERS) else None
