"""What the chat's page consists of in Gradio, laid out in English until it is known who looks at it."""

from __future__ import annotations

import gradio as gr

from web.locales import Language, say

WRITTEN, QUOTES = "written", "quotes"


class Layout:
    """The parts of the page, made where they stand. All that is shown is Markdown to Gradio, which sanitises it.

    Its HTML component does not, and needs a policy that lets scripts be made from strings.
    """

    def __init__(self) -> None:
        self.editing = gr.State(value=False)
        with gr.Row(elem_id="q-desk"):
            with gr.Column(elem_id="q-talk"):
                self._lay_out_talk()
                self._lay_out_actions()
                self._lay_out_box()
            with gr.Column(elem_id="q-side"):
                self.sources_title = gr.Markdown(elem_id="q-sources-title")
                self.cards = gr.Markdown(elem_id="q-sources")

    def _lay_out_talk(self) -> None:
        with gr.Row(elem_id="q-top"):
            self.head = gr.Markdown("# Quoth", elem_id="q-head")
            # The script gives the tab another conversation.
            self.again = gr.Button(say("en", "chat.again"), elem_id="q-again", size="sm", visible=False)
        self.talk = gr.Chatbot(
            label=say("en", "chat.talk"),
            elem_id="q-chat",
            show_label=False,
            container=False,
            height=None,
            buttons=[],
            feedback_options=None,
            latex_delimiters=[],
            layout="bubble",
            group_consecutive_messages=False,
            placeholder="",
            autoscroll=False,  # the script keeps the question in view
        )

    def _lay_out_actions(self) -> None:
        with gr.Row(elem_id="q-actions"):
            self.retry = gr.Button(say("en", "chat.retry"), elem_id="q-retry", size="sm", visible=False)
            self.edit = gr.Button(say("en", "chat.edit"), elem_id="q-edit", size="sm", visible=False)
            self.topic = gr.Button(say("en", "chat.topic"), elem_id="q-topic", size="sm", visible=False)
            # Clicked by the script, for the buttons that stand in the conversation.
            self.plain = gr.Button(say("en", "chat.as_typed"), elem_id="q-as-typed")
            self.quotes = gr.Button(say("en", "chat.quotes"), elem_id="q-as-quotes")
            self.wider = gr.Button(say("en", "chat.wider"), elem_id="q-wider")
            self.anew = gr.Button(say("en", "chat.anew"), elem_id="q-anew")
            self.sheet = gr.Button(say("en", "chat.sources"), elem_id="q-sheet-open", size="sm", visible=False)
            self.only = gr.Dropdown(
                [],
                value=[],
                multiselect=True,
                label=say("en", "chat.filter"),
                elem_id="q-only",
                container=False,
                show_label=False,
                visible=False,
            )
            self.how = gr.Radio(
                forms("en"),
                value=WRITTEN,
                label=say("en", "script.how"),
                elem_id="q-how",
                container=False,
                show_label=False,
                visible=False,
            )

    def _lay_out_box(self) -> None:
        self.box = gr.Textbox(
            label=say("en", "chat.question"),
            elem_id="q-box",
            show_label=False,
            container=False,
            placeholder=say("en", "chat.placeholder"),
            submit_btn=say("en", "chat.ask"),
            autofocus=True,
            max_lines=6,
        )
        # The script writes into it which conversation the tab has; a plus says that there was something in it.
        self.key = gr.Textbox(elem_id="q-key", show_label=False, container=False)


def forms(language: Language) -> list[tuple[str, str]]:
    """Return the forms of an answer: (what is shown, value)."""
    return [(say(language, f"chat.{form}"), form) for form in (WRITTEN, QUOTES)]
