#!/bin/bash
# Sets the database up at its first start, then becomes it. Written for the test bed.
set -euo pipefail
data=/var/lib/mysql
if [ ! -d "$data/mysql" ]; then
    if [ -z "${MARIADB_ROOT_PASSWORD:-}" ]; then
        echo "[ERROR] [Entrypoint]: Database is uninitialized and password option is not specified" >&2
        exit 1
    fi
    chown mysql:mysql "$data"
    echo "[Note] [Entrypoint]: Initializing database files"
    mariadb-install-db --user=mysql --datadir="$data" --skip-test-db > /dev/null
    mariadbd --user=mysql --datadir="$data" --skip-networking --socket=/run/mysqld/init.sock &
    server=$!
    for _ in $(seq 120); do
        mariadb-admin --socket=/run/mysqld/init.sock ping > /dev/null 2>&1 && break
        sleep 0.5
    done
    password=${MARIADB_ROOT_PASSWORD//\'/\'\'}
    mariadb --socket=/run/mysqld/init.sock <<SQL
SET SESSION sql_mode = 'NO_BACKSLASH_ESCAPES';
CREATE USER 'root'@'%' IDENTIFIED BY '$password';
GRANT ALL ON *.* TO 'root'@'%' WITH GRANT OPTION;
SQL
    kill "$server"
    wait "$server" || true
    echo "[Note] [Entrypoint]: MariaDB init process done. Ready for start up."
fi
exec "$@" --user=mysql --datadir="$data" --bind-address=0.0.0.0
