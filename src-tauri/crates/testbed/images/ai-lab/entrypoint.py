"""What an AI Lab does when it starts: take the notebooks, look at docker.sock, become jupyter, serve.

Written for the test bed after the published description of the image. The order of the steps, the lines it
prints and the ways it fails are the ones that a launcher meets in the original.
"""

import argparse
import logging
import os
import pwd
import grp
import re
import resource
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path

DOCKER_SOCKET = Path("/var/run/docker.sock")
READY = re.compile(r"Jupyter Server .* is running at:")

log = logging.getLogger("entrypoint.py")


def arguments():
    parser = argparse.ArgumentParser()
    for name in ("notebook-defaults", "notebooks", "jupyter-server", "home", "jupyter-logfile", "venv"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    for name in ("port", "user", "group", "docker-group", "password"):
        parser.add_argument(f"--{name}", required=True)
    return parser.parse_args()


def take_over(folder: Path, uid: int, gid: int):
    """The whole tree changes hands at each start, whatever was mounted there."""
    for root, folders, files in os.walk(folder):
        os.chown(root, uid, gid)
        for name in files:
            os.chown(os.path.join(root, name), uid, gid, follow_symlinks=False)


def docker_groups(docker_group: str) -> list[int]:
    """The group that lets the lab speak to a mounted socket; a socket without group access ends the start."""
    if not DOCKER_SOCKET.exists():
        return []
    status = DOCKER_SOCKET.stat()
    if status.st_mode & stat.S_IRGRP == 0 or status.st_mode & stat.S_IWGRP == 0:
        raise PermissionError(f"No rw permissions for group in {stat.filemode(status.st_mode)} {DOCKER_SOCKET}.")
    try:
        name = grp.getgrgid(status.st_gid).gr_name
        log.info("Adding jupyter to group %s of the Docker socket", name)
    except KeyError:
        subprocess.run(["groupmod", "--gid", str(status.st_gid), docker_group], check=True)
        log.info("Changed the id of group %s to that of the Docker socket", docker_group)
    return [status.st_gid]


def become(user: str, group: str, extra_groups: list[int], home: Path):
    gid = grp.getgrnam(group).gr_gid
    os.setgroups(sorted({gid, *extra_groups}))
    os.setresgid(gid, gid, gid)
    uid = pwd.getpwnam(user).pw_uid
    os.setresuid(uid, uid, uid)
    os.environ.update(HOME=str(home), USER=user, LOGNAME=user)
    os.chdir(home)


def copy_missing(source: Path, destination: Path):
    """What the person has is never overwritten."""
    for item in sorted(source.rglob("*")):
        target = destination / item.relative_to(source)
        if target.exists():
            continue
        if item.is_dir():
            target.mkdir()
            target.chmod(0o777)
        else:
            shutil.copyfile(item, target)
            target.chmod(0o666)


def set_password(venv: Path, password: str):
    subprocess.run(
        [venv / "bin" / "jupyter", "server", "password"],
        input=f"{password}\n{password}\n",
        text=True,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def success(args, own_password: bool) -> str:
    lines = [
        "The server for Jupyter has been started successfully.",
        f"You can connect with http://<host>:<port> (container port {args.port}).",
        "If using a Docker daemon on your local machine the host is localhost.",
    ]
    if not own_password:
        lines.append(f'The default password is "{args.password}".')
        lines.append("To update the password, set the environment variable JUPYTER_PASSWORD.")
    return "\n".join(lines)


def serve(args, own_password: bool):
    command = [
        args.jupyter_server,
        f"--notebook-dir={args.notebooks}",
        "--no-browser",
        "--allow-root",
    ]
    environment = os.environ | {
        "VIRTUAL_ENV": str(args.venv),
        "PATH": f"{args.venv}/bin:{os.environ['PATH']}",
    }
    environment.pop("JUPYTER_PASSWORD", None)
    with open(args.jupyter_logfile, "w") as out:
        server = subprocess.Popen(command, stdout=out, stderr=out, env=environment)

    def died(code: int):
        log.error("Jupyter server terminated with error code %s, Logfile %s contains:", code, args.jupyter_logfile)
        print(args.jupyter_logfile.read_text(), file=sys.stderr, flush=True)
        sys.exit(code)

    # One second for each line of the log: the ready line comes long after the server answers.
    with open(args.jupyter_logfile) as lines:
        while True:
            time.sleep(1)
            line = lines.readline()
            if READY.search(line):
                break
            code = server.poll()
            if code is not None:
                died(code)
    log.info(success(args, own_password))
    code = server.wait()
    if code != 0:
        died(code)


def main():
    logging.basicConfig(
        level=logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        datefmt="%Y-%m-%d %H:%M:%S",
    )
    args = arguments()
    password = os.environ.get("JUPYTER_PASSWORD", "")
    uid = pwd.getpwnam(args.user).pw_uid
    gid = grp.getgrnam(args.group).gr_gid
    take_over(args.notebooks, uid, gid)
    groups = docker_groups(args.docker_group)
    become(args.user, args.group, groups, args.home)
    copy_missing(args.notebook_defaults, args.notebooks)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if password:
        set_password(args.venv, password)
    serve(args, bool(password))


if __name__ == "__main__":
    main()
