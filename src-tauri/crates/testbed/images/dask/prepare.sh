#!/bin/bash
# The published one installs further packages where variables name some; here there are none to be had.
set -e
exec "$@"
