#!/bin/bash
# Run once while the image is built: the user jovyan, the folders and the configuration that the family shares.
set -euo pipefail
useradd --no-log-init --create-home --shell /bin/bash --uid "$NB_UID" --gid "$NB_GID" --no-user-group "$NB_USER"
ln -s /opt/jupyter "$CONDA_DIR"
mkdir -p "/home/$NB_USER/work" /etc/jupyter /usr/local/bin/before-notebook.d /usr/local/bin/start-notebook.d
chown "$NB_UID:$NB_GID" "/home/$NB_USER/work"
chmod g+w /etc/passwd
cat > /etc/jupyter/jupyter_server_config.py <<'CONFIG'
import os
c = get_config()  # noqa: F821
c.ServerApp.ip = "0.0.0.0"
c.ServerApp.port = int(os.environ.get("JUPYTER_PORT", "8888"))
c.ServerApp.open_browser = False
c.InlineBackend.figure_formats = {"png", "jpeg", "svg", "pdf"}
CONFIG
cat > /etc/jupyter/jupyter_notebook_config.py <<'CONFIG'
c = get_config()  # noqa: F821
c.NotebookApp.ip = "0.0.0.0"
c.NotebookApp.port = 8888
c.NotebookApp.open_browser = False
CONFIG
