#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""A mail server that misbehaves as told: smtpd.py DIR.

DIR/mode holds its ways, read at every connection; DIR/port is where it listens. A message
becomes DIR/in/N.eml as it came, DIR/in/N.to its envelope, and every line of a client a line
of DIR/said.
"""
import base64
import itertools
import os
import socket
import ssl
import sys
import threading
import time

base = sys.argv[1]
numbers = itertools.count(1)
LOGIN = base64.b64encode(b"\0ann\0geheim").decode()


def put(name, data):
    part = os.path.join(base, "in", "." + name)
    with open(part, "wb") as f:
        f.write(data)
    os.rename(part, os.path.join(base, "in", name))


class Client:
    def __init__(self, conn):
        self.conn = conn
        self.file = conn.makefile("rb")
        with open(os.path.join(base, "mode")) as f:
            self.mode = f.read().strip()
        self.sender = self.recipient = None

    def say(self, text):
        self.conn.sendall(text.encode() + b"\r\n")

    def is_mode(self, name):
        return self.mode == name

    def hang(self):
        time.sleep(60)

    def serve(self):
        if self.is_mode("greet-hang"):
            self.hang()
        if self.is_mode("greet-554"):
            return self.say("554 5.3.2 no service here")
        self.say("220 test ESMTP")
        for line in iter(self.file.readline, b""):
            with open(os.path.join(base, "said"), "ab") as f:
                f.write(line.strip() + b"\n")
            verb = line.strip().split(b" ")[0].split(b":")[0].upper().decode()
            if not getattr(self, "do_" + verb.lower(), self.unknown)(line.strip().decode()):
                return None
        return None

    def unknown(self, line):
        self.say("502 5.5.1 what?")
        return True

    def do_ehlo(self, line):
        self.say("250-test")
        if self.mode.startswith("tls"):
            self.say("250-STARTTLS")
        if self.mode.startswith("auth"):
            self.say("250-AUTH PLAIN")
        self.say("250 8BITMIME")
        return True

    def do_starttls(self, line):
        self.say("220 go ahead")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(os.path.join(base, "cert.pem"))
        self.conn = context.wrap_socket(self.conn, server_side=True)
        self.file = self.conn.makefile("rb")
        return True

    def do_auth(self, line):
        given = line.split()[2:] or [""]
        if not given[0]:
            self.say("334 ")
            given = [self.file.readline().strip().decode()]
        good = given[0] == LOGIN
        self.say("235 2.7.0 welcome" if good else "535 5.7.8 authentication failed")
        return True

    def do_mail(self, line):
        if self.is_mode("auth-needed"):
            self.say("530 5.7.0 authentication required")
        elif self.is_mode("mail-550"):
            self.say("550 5.7.1 sender not allowed")
        else:
            self.sender = line
            self.say("250 2.1.0 ok")
        return True

    def do_rcpt(self, line):
        self.recipient = line
        answers = {"rcpt-550": f"550 5.1.1 {line} unknown", "rcpt-451": "451 4.7.1 later"}
        if self.is_mode("rcpt-451-once"):
            with open(os.path.join(base, "mode"), "w") as f:
                f.write("ok")
            answers["rcpt-451-once"] = "451 4.7.1 later"
        self.say(answers.get(self.mode, "250 2.1.5 ok"))
        return True

    def do_data(self, line):
        self.say("354 go on")
        lines = []
        for line in iter(self.file.readline, b""):
            if line == b".\r\n":
                break
            lines.append(line[1:] if line.startswith(b"..") else line)
        text = b"".join(lines)
        if self.is_mode("data-554"):
            link = next((x for x in text.split() if x.startswith(b"http")), b"").decode()
            self.say(f"554 5.7.1 spam: {link}")
            return True
        if self.is_mode("data-451"):
            self.say("451 4.3.0 disk full")
            return True
        if self.is_mode("data-drop"):
            return False
        number = next(numbers)
        put(f"{number}.to", f"{self.sender}\n{self.recipient}\n".encode())
        put(f"{number}.eml", text)
        if self.is_mode("data-drop-late"):
            return False
        if self.is_mode("data-slow"):
            time.sleep(1.5)
        if self.is_mode("data-hang"):
            self.hang()
        self.say("250 2.0.0 taken")
        return True

    def do_quit(self, line):
        if self.is_mode("quit-hang"):
            self.hang()
        self.say("221 bye")
        return False


def run(conn):
    try:
        with conn:
            Client(conn).serve()
    except (OSError, ValueError):
        pass


def main():
    os.makedirs(os.path.join(base, "in"), exist_ok=True)
    server = socket.create_server(("127.0.0.1", 0), backlog=64)
    with open(os.path.join(base, "port.new"), "w") as f:
        f.write(str(server.getsockname()[1]))
    os.rename(os.path.join(base, "port.new"), os.path.join(base, "port"))
    while True:
        conn, _ = server.accept()
        threading.Thread(target=run, args=(conn,), daemon=True).start()


main()
