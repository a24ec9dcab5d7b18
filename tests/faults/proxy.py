# SPDX-License-Identifier: ISC
"""What the tests of faults have in common (tests/faults, tests/merge): programs started by
hand, and a proxy between them and PostgreSQL that reads the protocol's messages."""
import json
import os
import socket
import struct
import subprocess
import threading
import time
import urllib.parse

BIN, TMP = os.environ["BIN"], os.environ["TMP"]
URL = urllib.parse.urlsplit(os.environ["DATABASE_URL"])
ERRORS = open(TMP + "/log", "ab")


def socket_of(url):
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(url).query)
    return query["host"][0] + "/.s.PGSQL.5432"


SERVER = socket_of(os.environ["DATABASE_URL"])


class Tap:
    """Counts claims as it prints them."""

    def __init__(self):
        self.count = self.failed = 0

    def __call__(self, fine, claim, why=None):
        self.count += 1
        self.failed += not fine
        print(f"{'ok' if fine else 'not ok'} {self.count} - {claim}", flush=True)
        if not fine:
            for line in why if isinstance(why, list) else [why]:
                print("#", line, flush=True)

    def skip(self, claim, why):
        self.count += 1
        print(f"ok {self.count} - {claim} # SKIP {why}", flush=True)

    def done(self):
        print(f"1..{self.count}", flush=True)
        return self.failed > 0


class Sql:
    """A psql that stays."""

    def __init__(self, url=None):
        self.url, self.lock = url or os.environ["DATABASE_URL"], threading.Lock()
        self.open()

    def open(self):
        self.psql = subprocess.Popen(["psql", "-XqAt", self.url], text=True,
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                     stderr=subprocess.STDOUT)

    def __call__(self, text):
        with self.lock:
            self.psql.stdin.write(text + ";\n\\echo --\n")
            self.psql.stdin.flush()
            lines = []
            while (line := self.psql.stdout.readline()) != "--\n":
                if not line:
                    raise ConnectionError("\n".join(lines))
                lines.append(line.rstrip("\n"))
            return "\n".join(lines)

    def close(self):
        self.psql.stdin.close()
        self.psql.wait()


class Proxy:
    """Passes messages on, and notes them, until the one that it acts at; that one is passed
    on when act returns True."""

    def __init__(self, folder, at=None, act=None, server=SERVER):
        os.mkdir(folder)
        self.server = server
        self.at, self.act, self.seen, self.done = at, act, [], False
        self.counts = {"f": 0, "b": 0}
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(folder + "/.s.PGSQL.5432")
        self.listener.listen(8)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client = self.listener.accept()[0]
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            try:
                server.connect(self.server)
            except OSError:
                client.close()
                continue
            for direction, source, target in ("f", client, server), ("b", server, client):
                threading.Thread(target=self.pump, args=(direction, source, target),
                                 daemon=True).start()

    def pump(self, direction, source, target):
        data, start = b"", direction == "f"
        try:
            while part := source.recv(65536):
                data += part
                while len(data) >= (4 if start else 5):
                    size = struct.unpack_from(">I", data, 0 if start else 1)[0] + (not start)
                    if len(data) < size:
                        break
                    if not self.passes(direction, data[:size]):
                        break
                    target.sendall(data[:size])
                    data, start = data[size:], False
                else:
                    continue
                if len(data) >= 5 and self.done:
                    break
        except OSError:
            pass
        for end in source, target:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def passes(self, direction, message):
        if self.done:
            return True
        n = self.counts[direction]
        self.counts[direction] += 1
        self.seen.append((direction, n, message))
        if self.at != (direction, n):
            return True
        self.done = True
        return self.act() is True

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def run(program, path, body, token=None, settings=None, url=None, started=None):
    """A CGI request: status and body; None when the program was killed."""
    text = json.dumps(body).encode()
    env = {**os.environ, "REQUEST_METHOD": "POST", "SCRIPT_NAME": path, "REQUEST_URI": path,
           "QUERY_STRING": "", "REMOTE_ADDR": "127.0.0.1", "CONTENT_TYPE": "application/json",
           "CONTENT_LENGTH": str(len(text)), **(settings or {})}
    if token:
        env["HTTP_AUTHORIZATION"] = "Bearer " + token
    if url:
        env["DATABASE_URL"] = url
    process = subprocess.Popen([f"{BIN}/{program}"], env=env, stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=ERRORS)
    if started:
        started(process)
    out = process.communicate(text)[0].decode()
    if process.returncode != 0:
        return None, ""
    head, _, content = out.partition("\r\n\r\n")
    return int(head.split("Status: ")[1][:3]), content


def url_by(name, folder=None, url=None):
    """The database, by another socket; the server knows the connection by its name."""
    url = urllib.parse.urlsplit(url) if url else URL
    query = dict(urllib.parse.parse_qsl(url.query)) | {"application_name": name}
    return f"postgresql://{url.path}?" + urllib.parse.urlencode(
        query | ({"host": folder} if folder else {}))


def url_at(folder):
    """The same database of another server."""
    query = dict(urllib.parse.parse_qsl(URL.query)) | {"host": folder}
    return f"postgresql://{URL.path}?" + urllib.parse.urlencode(query)


def wait_until(holds):
    for _ in range(3000):
        if holds():
            return
        time.sleep(0.01)
    raise TimeoutError


def wait_for_end(sql, name):
    wait_until(lambda: sql("SELECT count(*) FROM pg_stat_activity "
                           f"WHERE application_name = '{name}'") == "0")


def fastcgi(path, body, environment):
    def record(kind, content=b""):
        return struct.pack(">BBHHBB", 1, kind, 1, len(content), 0, 0) + content

    params = b"".join(struct.pack(">II", len(k) | 1 << 31, len(v) | 1 << 31) + k + v
                      for k, v in ((k.encode(), v.encode()) for k, v in environment.items()))
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(path)
    connection.sendall(record(1, struct.pack(">HB5x", 1, 0)) + record(4, params) + record(4) +
                       record(5, body) + record(5))
    data = b""
    while part := connection.recv(65536):
        data += part
    out = b""
    while len(data) >= 8:
        _, kind, _, length, padding, _ = struct.unpack(">BBHHBB", data[:8])
        out += data[8:8 + length] if kind == 6 else b""
        data = data[8 + length + padding:]
    return out.decode()


def is_slow():
    """Built with a sanitizer: then the longest scenario stands for the others."""
    with open(f"{BIN}/signup", "rb") as file:
        return b"__asan_init" in file.read()
