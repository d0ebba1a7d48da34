c = get_config()  # noqa: F821
c.ServerApp.ip = "0.0.0.0"
c.ServerApp.port = 49494
c.ServerApp.open_browser = False
c.LabApp.default_url = "/lab/tree/start.ipynb"
