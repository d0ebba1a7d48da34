#!/bin/bash
# Serves the app. Written for the test bed.
exec gunicorn --bind "0.0.0.0:${SUPERSET_PORT}" --workers 1 --worker-class gthread --threads 8 --timeout 120 \
    --access-logfile - --error-logfile - "${FLASK_APP}"
