#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""read.py FILE WHAT: a header by its name, names (all headers), text or html (the decoded
parts), or strict: complains of what RFC 5322 and RFC 2045 do not allow."""
import email
import email.policy
import sys

data = open(sys.argv[1], "rb").read()
what = sys.argv[2]
message = email.message_from_bytes(data, policy=email.policy.default)


def strict():
    if b"\0" in data or data.replace(b"\r\n", b"").find(b"\n") >= 0:
        print("a line that does not end in CRLF")
    if data.replace(b"\r\n", b"").find(b"\r") >= 0:
        print("a CR within a line")
    if any(c > 126 for c in data):
        print("bytes beyond ASCII")
    if max(map(len, data.split(b"\r\n"))) > 78:
        print("a line longer than 78 columns")
    for part in message.walk():
        if part.defects:
            print(part.defects)
    for name in ("From", "To", "Subject", "Date", "Message-ID"):
        if message.get_all(name) is None or len(message.get_all(name)) != 1:
            print(name, "is not there once")
        elif message[name].defects:
            print(name, message[name].defects)
    kinds = [part.get_content_type() for part in message.iter_parts()]
    if kinds != ["text/plain", "text/html"]:
        print(kinds)


if what == "strict":
    strict()
elif what == "names":
    print(" ".join(message.keys()))
elif what in ("text", "html"):
    kind = "plain" if what == "text" else "html"
    print(message.get_body((kind,)).get_content().replace("\r\n", "\n"), end="")
else:
    print(message[what])
