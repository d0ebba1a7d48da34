#!/bin/bash
# Starts the front end that DOCKER_STACKS_JUPYTER_CMD names (JupyterLab unless it says otherwise).
set -e
# shellcheck disable=SC2086
exec /usr/local/bin/start.sh jupyter "${DOCKER_STACKS_JUPYTER_CMD:-lab}" ${NOTEBOOK_ARGS:-} "$@"
