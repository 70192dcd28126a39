"""The chat in Gradio."""
