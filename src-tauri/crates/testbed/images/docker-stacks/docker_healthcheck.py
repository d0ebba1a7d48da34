#!/usr/bin/python3 -ES
"""Healthy once the server that wrote its address down answers there.

The original asks `jupyter --runtime-dir` for the folder, at the price of starting Jupyter every three seconds;
here the folder is known, so that many labs can be healthy on a small machine.
"""

import glob
import http.client
import json
import os

home = "/home/" + os.environ.get("NB_USER", "jovyan")
files = glob.glob(home + "/.local/share/jupyter/runtime/*server-*.json")
newest = max(files, key=os.path.getmtime)
with open(newest) as file:
    server = json.load(file)
kind = http.client.HTTPSConnection if server.get("secure") else http.client.HTTPConnection
connection = kind("127.0.0.1", server["port"], timeout=1)
connection.request("GET", server["base_url"] + "api")
assert connection.getresponse().status == 200, "the server did not answer with 200"
