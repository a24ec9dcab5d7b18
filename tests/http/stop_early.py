#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""stop_early.py PROGRAM FOLDER: a stop that comes while the workers still wait for a database
which never answers ends the program all the same. Exit status 0 if it did."""
import os
import socket
import subprocess
import sys
import time

program, folder = sys.argv[1:]
database = socket.socket(socket.AF_UNIX)
database.bind(f"{folder}/.s.PGSQL.5432")
database.listen(16)
listener = socket.socket(socket.AF_UNIX)
listener.bind(f"{folder}/early")
listener.listen(16)
process = subprocess.Popen([program], stdin=listener,
                           env=os.environ | {"WORKERS": "2", "DATABASE_URL": f"postgresql:///x?host={folder}"})
for _ in range(2):
    database.accept()
process.terminate()
try:
    process.wait(timeout=60)
except subprocess.TimeoutExpired:
    for pid in subprocess.run(["pgrep", "-P", str(process.pid)], text=True, check=False,
                              stdout=subprocess.PIPE).stdout.split():
        os.kill(int(pid), 9)
    time.sleep(0.1)
    sys.exit("it goes on")
