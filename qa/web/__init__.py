"""The chat in the browser and the HTTP interface; the only place that imports gradio."""
