import gradio

gradio.Interface(lambda name: f"Hello {name}", "text", "text", title="Gradio answers").launch()
