#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Runs a CGI request through a FastCGI process that is kept for the next one.

    kept.py PROGRAM <BODY >ANSWER    the request in the environment, as CGI has it
    kept.py --stop                   ends the processes of $TMP

Whatever in the environment is not of the request is a setting: each set of settings gets a
process of its own, started under $WRAP. FastCGI 1.0, one request per connection.
"""
import hashlib
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time

KEPT = os.environ["TMP"] + "/kept"
REQUEST = re.compile("HTTP_|(REQUEST_METHOD|SCRIPT_NAME|QUERY_STRING|REQUEST_URI|REMOTE_ADDR|"
                     "CONTENT_TYPE|CONTENT_LENGTH|HTTPS|FCGI_ROLE|GATE_[A-Z]+)$")
IGNORED = {"_", "PWD", "OLDPWD", "SHLVL"}
BEGIN, END, PARAMS, STDIN, STDOUT = 1, 3, 4, 5, 6


def settings():
    return {name: value for name, value in os.environ.items()
            if not REQUEST.match(name) and name not in IGNORED}


def parameters():
    return {name: value for name, value in os.environ.items() if REQUEST.match(name)}


def start(program, path):
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(64)
    process = subprocess.Popen([*os.environ.get("WRAP", "").split(), program],
                               stdin=listener, stdout=subprocess.DEVNULL,
                               env=settings() | {"WORKERS": "1"}, start_new_session=True)
    with open(path + ".pid", "w", encoding="ascii") as file:
        file.write(str(process.pid))


def connect(program):
    key = repr((program, sorted(settings().items())))
    path = f"{KEPT}/{hashlib.sha256(key.encode()).hexdigest()[:16]}"
    if not os.path.exists(path):
        os.makedirs(KEPT, exist_ok=True)
        start(program, path)
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(path)
    return connection


def record(kind, content=b""):
    return struct.pack(">BBHHBB", 1, kind, 1, len(content), 0, 0) + content


def stream(kind, content):
    parts = [content[i:i + 65535] for i in range(0, len(content), 65535)]
    return b"".join(record(kind, part) for part in parts) + record(kind)


def pairs(values):
    def size(text):
        return bytes([len(text)]) if len(text) < 128 else struct.pack(">I", len(text) | 1 << 31)
    return b"".join(size(name) + size(value) + name + value
                    for name, value in ((os.fsencode(n), os.fsencode(v))
                                        for n, v in values.items()))


def answer(connection):
    """The program's output, and whether it ended the request."""
    out, file = b"", connection.makefile("rb")
    while len(head := file.read(8)) == 8:
        _, kind, _, length, padding, _ = struct.unpack(">BBHHBB", head)
        content = file.read(length + padding)[:length]
        if kind == END:
            return out, True
        if kind == STDOUT:
            out += content
    return out, False


def ask(program):
    connection = connect(program)
    role = 2 if os.environ.get("FCGI_ROLE") == "AUTHORIZER" else 1
    connection.sendall(record(BEGIN, struct.pack(">HB5x", role, 0)) +
                       stream(PARAMS, pairs(parameters())) +
                       stream(STDIN, sys.stdin.buffer.read()))
    out, ended = answer(connection)
    sys.stdout.buffer.write(out)
    return 0 if ended else 1


def is_running(pid):
    return os.path.exists(f"/proc/{pid}")


def stop():
    if not os.path.isdir(KEPT):
        return
    pids = [int(open(f"{KEPT}/{name}", encoding="ascii").read())
            for name in os.listdir(KEPT) if name.endswith(".pid")]
    for pid in filter(is_running, pids):
        os.kill(pid, signal.SIGTERM)
    while any(map(is_running, pids)):
        time.sleep(0.05)
    shutil.rmtree(KEPT)


if sys.argv[1] == "--stop":
    stop()
else:
    sys.exit(ask(sys.argv[1]))
