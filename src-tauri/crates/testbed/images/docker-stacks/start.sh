#!/bin/bash
# Runs a command as the notebook user. Started as root, it first gives that user the name and numbers that
# NB_USER, NB_UID and NB_GID ask for; started as anybody else, it runs the command as it is.
# Written for the test bed after the documented behaviour of docker-stacks' script of the same name.
set -e

say() { [[ -n "${JUPYTER_DOCKER_STACKS_QUIET:-}" ]] || echo "$@"; }

say "Entered start.sh with args:" "$@"
[[ $# -gt 0 ]] || set -- bash

for hook in /usr/local/bin/start-notebook.d/*.sh /usr/local/bin/before-notebook.d/*.sh; do
    # shellcheck source=/dev/null
    [[ -e "$hook" ]] && source "$hook"
done

if [[ "$(id -u)" != 0 ]]; then
    if [[ "$(id -u)" != "$(id -u jovyan 2>/dev/null)" ]] && ! whoami &>/dev/null; then
        say "WARNING: no user name for id $(id -u); adding one"
        echo "${NB_USER}:x:$(id -u):$(id -g)::/home/jovyan:/bin/bash" >> /etc/passwd || true
    fi
    [[ -w "$HOME" ]] || say "WARNING: no write access to $HOME. Try starting the container with group 'users' (100), e.g. using \"--group-add=users\"."
    [[ -n "${NB_UMASK:-}" ]] && umask "$NB_UMASK"
    say "Executing the command:" "$@"
    exec "$@"
fi

if [[ "$NB_USER" != root ]]; then
    if [[ "$NB_USER" != jovyan ]] && id jovyan &>/dev/null; then
        say "Updated the jovyan user: login is $NB_USER, home is /home/$NB_USER"
        usermod --home "/home/$NB_USER" --login "$NB_USER" jovyan
    fi
    if [[ "$NB_GID" != "$(id -g "$NB_USER")" ]]; then
        say "Updating $NB_USER's group to $NB_GID"
        groupadd --force --gid "$NB_GID" --non-unique "${NB_GROUP:-$NB_USER}"
    fi
    if [[ "$NB_UID" != "$(id -u "$NB_USER")" || "$NB_GID" != "$(id -g "$NB_USER")" ]]; then
        say "Updating $NB_USER's id to $NB_UID:$NB_GID"
        usermod --non-unique --uid "$NB_UID" --gid "$NB_GID" --append --groups 100 "$NB_USER"
    fi
fi
if [[ "$NB_USER" != jovyan && "$NB_USER" != root && ! -e "/home/$NB_USER" ]]; then
    cp -a /home/jovyan/. "/home/$NB_USER/" || ln -s /home/jovyan "/home/$NB_USER"
fi
chown_if() { [[ "$1" == yes || "$1" == 1 ]]; }
if chown_if "${CHOWN_HOME:-}"; then
    say "Ensuring /home/$NB_USER is owned by $NB_UID:$NB_GID ${CHOWN_HOME_OPTS:+($CHOWN_HOME_OPTS)}"
    # shellcheck disable=SC2086
    chown ${CHOWN_HOME_OPTS:-} "$NB_UID:$NB_GID" "/home/$NB_USER"
elif [[ "$(stat -c %u "/home/$NB_USER")" == 1000 && "$NB_UID" != 1000 && "$NB_USER" != root ]]; then
    # usermod hands over what lies in the home; what was mounted there stays as it is.
    chown "$NB_UID:$NB_GID" "/home/$NB_USER"
fi
if [[ -n "${CHOWN_EXTRA:-}" ]]; then
    for extra in ${CHOWN_EXTRA//,/ }; do
        say "Ensuring $extra is owned by $NB_UID:$NB_GID"
        # shellcheck disable=SC2086
        chown ${CHOWN_EXTRA_OPTS:-} "$NB_UID:$NB_GID" "$extra"
    done
fi
if chown_if "${GRANT_SUDO:-}"; then
    say "Granting $NB_USER passwordless sudo rights!"
    echo "$NB_USER ALL=(ALL) NOPASSWD:ALL" > /etc/sudoers.d/added-by-start-script
fi
[[ "${PWD}" == /home/jovyan && "$NB_USER" != root ]] && cd "/home/$NB_USER"
[[ -n "${NB_UMASK:-}" ]] && umask "$NB_UMASK"
say "Running as $NB_USER:" "$@"
exec sudo --preserve-env --set-home --user "$NB_USER" \
    LD_LIBRARY_PATH="${LD_LIBRARY_PATH:-}" PATH="$PATH" PYTHONPATH="${PYTHONPATH:-}" "$@"
