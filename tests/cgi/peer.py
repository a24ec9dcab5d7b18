# SPDX-License-Identifier: ISC
"""Two sites for bench.test, and such as are none.

peer.py PORT_FILE   a web server on this machine, until it is ended.  /NAME/api/auth/... is a
                    site of that name, with what its name says wrong with it; /guests says how
                    many guests there are, /origins what they were made with
"""
import http.server
import os
import sys
import threading

lock = threading.Lock()
guests, origins, asked = set(), set(), {}


def is_limited(name):
    """The first look is let through."""
    with lock:
        asked[name] = asked.get(name, 0) + 1
        return asked[name] > 1


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def answer(self, status, body, *cookies):
        self.send_response(status)
        for cookie in cookies:
            self.send_header("Set-Cookie", cookie + "; Path=/; HttpOnly")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def guest(self):
        cookie = self.headers.get("Cookie") or ""
        return cookie if cookie in guests or cookie == "given=1; also=2" else None

    def do_GET(self):
        site, _, name = self.path[1:].partition("/api/auth/")
        if site == "guests":
            self.answer(200, str(len(guests)))
        elif site == "origins":
            self.answer(200, " ".join(sorted(origins)))
        elif name == "jwks" and self.headers.get("Cookie"):
            self.answer(400, "")
        elif name == "jwks" and site == "limited" and is_limited(name):
            self.answer(429, "")
        elif name == "token" and site == "tokenless":
            self.answer(404, "")
        elif name == "get-session" and (site == "forgetful" or not self.guest()):
            self.answer(200, "null")
        elif name in ("get-session", "token", "jwks"):
            self.answer(200, "{}")
        else:
            self.answer(404, "")

    def do_POST(self):
        site, _, name = self.path[1:].partition("/api/auth/")
        body = self.rfile.read(int(self.headers["Content-Length"]))
        right = body == b"{}" and self.headers["Content-Type"] == "application/json"
        cookie = f"a.session={len(origins) + len(guests)}{id(self)}; other=x"
        with lock:
            if not right or site == "guestless":
                self.answer(404, "")
            elif name == "sign-in/anonymous":
                guests.add(cookie)
                origins.add(self.headers["Origin"])
                self.answer(200, "{}", *cookie.split("; "), "old=; Max-Age=0")
            elif name == "delete-anonymous-user" and site != "keeper" and self.guest():
                guests.discard(self.guest())
                self.answer(200, "{}")
            else:
                self.answer(403, "")

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
with open(sys.argv[1] + ".part", "w") as f:
    f.write(str(server.server_port))
os.rename(sys.argv[1] + ".part", sys.argv[1])
server.serve_forever()
