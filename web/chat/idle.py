"""How often Gradio's queue looks for events: its own pace, a thousand times a second, takes 3 % of a core."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    import gradio as gr

LOOK_SECONDS = 0.06
"""An event waits half of that on the average. On Windows Gradio itself takes 0.05."""
PROGRESS_SECONDS = 1.0
"""Progress bars of Gradio's, of which the chat has none."""


def rest_when_idle(blocks: gr.Blocks) -> None:
    """Have the queue of a page sleep longer while nothing waits. To be called once `queue` has made it."""
    queue = cast("Any", blocks)._queue  # noqa: SLF001 - there is no setting for it
    queue.sleep_when_free = LOOK_SECONDS
    queue.progress_update_sleep_when_free = PROGRESS_SECONDS
