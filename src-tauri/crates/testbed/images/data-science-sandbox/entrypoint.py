"""What the sandbox does when it starts: fill the notebooks folder and serve, in the foreground.

Written for the test bed. As in the original, the server's own lines are the container's log, and the
sentence about the started server comes only after the server has ended.
"""

import argparse
import shutil
import signal
import subprocess
import sys
from pathlib import Path

parser = argparse.ArgumentParser()
parser.add_argument("--notebook-defaults", type=Path)
parser.add_argument("--notebooks", type=Path)
parser.add_argument("--jupyter-server", type=Path)
args = parser.parse_args()

for item in sorted(args.notebook_defaults.rglob("*")):
    target = args.notebooks / item.relative_to(args.notebook_defaults)
    if target.exists():
        continue
    if item.is_dir():
        target.mkdir()
        target.chmod(0o777)
    else:
        shutil.copyfile(item, target)
        target.chmod(0o666)

server = subprocess.Popen([args.jupyter_server, f"--notebook-dir={args.notebooks}", "--no-browser", "--allow-root"])
signal.signal(signal.SIGTERM, lambda *_: server.terminate())
code = server.wait()
print("Server for Jupyter has been started.")
sys.exit(code)
