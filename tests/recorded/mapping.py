# SPDX-License-Identifier: ISC
"""What stands for what: recorded ids, tokens, dates and signatures, and those of this run.

Texts are compared byte for byte except where both have an atom: something that a server
makes up or that tells the time.  A recorded atom is bound to ours where it is met first and
must be the same from then on; tokens are opened, their contents compared the same way, and
our signature must be right where the recorded one was.
"""
import base64
import hashlib
import hmac
import json
import re
import subprocess
import time
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from urllib.parse import quote, unquote

SECRETS = ["peer-secret-0123456789-abcdefghijklmnopqrstuvwxyz",
           "second-secret-0123456789-zyxwvutsrqponmlkjihgfedcba"]
TOLERANCE = 60

ATOM = re.compile(r"""
    (?P<jwt>eyJ[\w-]+(?:\.[\w-]*){2,4})
  | (?P<compact>eyJzZXNzaW9uIjp7[\w-]+)
  | (?P<signed>(?<![\w-])(?P<text>[\w-]+)\.(?P<mac>(?:[A-Za-z0-9+/]|%2B|%2F){43})(?:=|%3D))
  | (?P<hash>(?<!\w)[0-9a-f]{32}:[0-9a-f]{128}(?!\w))
  | (?P<date>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)
  | (?P<hex>(?<!\w)(?:\$ba\$\d+\$)?[0-9a-f]{80,}(?!\w))
  | (?P<uuid>(?<!\w)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?!\w))
  | (?P<key>(?<![\w-])(?:[\w-]{342}|[\w-]{88}|[\w-]{86}|[\w-]{43})(?![\w-]))
  | (?P<id>(?<![A-Za-z0-9])(?:[A-Za-z0-9]{32}|[A-Za-z0-9]{24})(?![A-Za-z0-9]))
  | (?P<time>(?<![\w.])1[78]\d{8}(?:\d{3})?(?![\w.]))
""", re.X | re.A)


def b64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def mac(secret, text):
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()


def signer(text, wanted, encode):
    """The secret under which wanted is the signature of text, or None."""
    return next((s for s in SECRETS if encode(mac(s, text)) == wanted), None)


def b64(data):
    return base64.b64encode(data).decode()


def sign(secret, text):
    return quote(f"{text}.{b64(mac(secret, text))}", safe="!~*'()")


def to_time(text):
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc)


def to_text(when):
    return when.strftime("%Y-%m-%dT%H:%M:%S.") + f"{when.microsecond // 1000:03d}Z"


def hkdf(secret, salt, info, length):
    key = hmac.new(salt, secret.encode(), hashlib.sha256).digest()
    out, block, n = b"", b"", 1
    while len(out) < length:
        block = hmac.new(key, block + info + bytes([n]), hashlib.sha256).digest()
        out, n = out + block, n + 1
    return out[:length]


def open_jwe(token):
    """The header and the text of a JWE (dir, A256CBC-HS512), None if its tag is wrong."""
    head, _, iv, body, tag = token.split(".")
    key = hkdf(SECRETS[0], b"better-auth-session", b"BetterAuth.js Generated Encryption Key", 64)
    covered = head.encode() + unb64url(iv) + unb64url(body) + (len(head) * 8).to_bytes(8, "big")
    if hmac.new(key[:32], covered, hashlib.sha512).digest()[:32] != unb64url(tag):
        return None
    plain = subprocess.run(
        ["openssl", "enc", "-d", "-aes-256-cbc", "-K", key[32:].hex(), "-iv", unb64url(iv).hex()],
        input=unb64url(body), stdout=subprocess.PIPE, check=True).stdout
    return unb64url(head).decode(), plain.decode()


def open_compact(text):
    """A compact session_data: its JSON, and the secret that signed it or None."""
    try:
        plain = unb64url(text).decode(errors="replace")
        signature = json.loads(plain)["signature"]
    except (ValueError, KeyError):
        return text, None
    payload, _, rest = plain.removeprefix('{"session":').rpartition(',"expiresAt":')
    signed = f'{payload[:-1]},"expiresAt":{rest.partition(",")[0]}}}'
    return plain, signer(signed, signature, b64url)


def make_compact(plain, secret):
    payload, _, rest = plain.removeprefix('{"session":').rpartition(',"expiresAt":')
    until = rest.partition(",")[0]
    signature = b64url(mac(secret, f'{payload[:-1]},"expiresAt":{until}}}'))
    return b64url(
        f'{{"session":{payload},"expiresAt":{until},"signature":"{signature}"}}'.encode())


def jws_secret(token):
    head, body, tail = token.split(".")
    return signer(f"{head}.{body}", tail, b64url)


@lru_cache(None)
def scrypt(password):
    """A hash as the peer stores it; the salt is its hexadecimal text."""
    salt = hashlib.md5(password.encode()).hexdigest()
    key = hashlib.scrypt(password.encode(), salt=salt.encode(), n=16384, r=16, p=1,
                         maxmem=64 << 20, dklen=64)
    return f"{salt}:{key.hex()}"


def like(recorded, ours):
    """Could ours come from the generator that made recorded?"""
    return recorded != recorded.lower() or ours == ours.lower()


class Mapping:
    def __init__(self, shift=timedelta(0)):
        self.shift = shift
        self.start = time.monotonic()
        self.ours = {}
        self.theirs = {}

    def bind(self, recorded, ours):
        """True if they may be, and from now on are, the same."""
        if recorded in self.ours:
            return self.ours[recorded] == ours
        if ours in self.theirs:
            return False
        self.ours[recorded] = ours
        self.theirs[ours] = recorded
        return True

    def translate(self, text):
        """A recorded text as it has to be in this run."""
        return ATOM.sub(lambda m: getattr(self, "put_" + kind(m), self.put)(m), text)

    def put(self, m):
        return self.ours.get(m[0], m[0])

    def put_date(self, m):
        return to_text(to_time(m[0]) + self.shift)

    def put_time(self, m):
        unit = 1000 if len(m[0]) == 13 else 1
        return str(round(int(m[0]) + self.shift.total_seconds() * unit))

    def put_signed(self, m):
        secret = signer(m["text"], unquote(m["mac"]) + "=", b64)
        text = self.ours.get(m["text"], m["text"])
        if secret is None:
            return f"{text}{m[0][len(m['text']):]}"
        signed = sign(secret, text)
        return signed if "%" in m[0] else unquote(signed)

    def put_jwt(self, m):
        token = m[0]
        if token in self.ours or token.count(".") != 2:
            return self.ours.get(token) or self.put_tampered(token)
        head, body, tail = token.split(".")
        secret = jws_secret(token)
        try:
            plain = unb64url(body).decode()
        except ValueError:
            return token
        covered = f"{head}.{b64url(self.translate(plain).encode())}"
        return f"{covered}.{b64url(mac(secret, covered)) if secret else tail}"

    def put_compact(self, m):
        if m[0] in self.ours:
            return self.ours[m[0]]
        plain, secret = open_compact(m[0])
        return make_compact(self.translate(plain), secret) if secret else self.put_tampered(m[0])

    def put_tampered(self, token):
        """A token that was changed by hand: the same change to ours."""
        for recorded, ours in self.ours.items():
            if len(recorded) == len(token) and recorded.count(".") == token.count("."):
                changed = [i for i in range(len(token)) if recorded[i] != token[i]]
                if len(changed) < 8:
                    out = list(ours)
                    for i in changed:
                        out[i - len(token)] = token[i]
                    return "".join(out)
        return token

    def compare(self, recorded, ours):
        """None if the texts are the same, else where they part."""
        r, o = list(ATOM.finditer(recorded)), list(ATOM.finditer(ours))
        at_r = at_o = 0
        for a, b in zip(r, o):
            if recorded[at_r:a.start()] != ours[at_o:b.start()]:
                break
            if (why := self.compare_atoms(a, b)):
                return why
            at_r, at_o = a.end(), b.end()
        else:
            if recorded[at_r:] == ours[at_o:]:
                return None
        return f"{recorded[at_r:at_r + 300]!r} became {ours[at_o:at_o + 300]!r}"

    def compare_atoms(self, a, b):
        if kind(a) != kind(b):
            return f"{a[0]!r} ({kind(a)}) became {b[0]!r} ({kind(b)})"
        return getattr(self, "compare_" + kind(a), self.compare_made)(a, b)

    def compare_made(self, a, b):
        if len(a[0]) != len(b[0]) or not like(a[0], b[0]):
            return f"{a[0]!r} became {b[0]!r}: not of the same shape"
        if not self.bind(a[0], b[0]):
            return f"{a[0]!r} became {b[0]!r}, was {self.ours.get(a[0])!r}"
        return None

    def compare_hash(self, a, b):
        return None

    compare_hex = compare_uuid = compare_hash

    def compare_date(self, a, b):
        off = to_time(b[0]) - to_time(a[0]) - self.shift
        return self.compare_lag(a[0], b[0], off.total_seconds())

    def compare_time(self, a, b):
        off = (int(b[0]) - int(a[0])) / (1000 if len(a[0]) == 13 else 1)
        return self.compare_lag(a[0], b[0], off - self.shift.total_seconds())

    def compare_lag(self, recorded, ours, off):
        """A slow run may be late, by no more than it has taken."""
        if -TOLERANCE < off < TOLERANCE + time.monotonic() - self.start:
            return None
        return f"{recorded} became {ours}, which is {off} s off"

    def compare_signed(self, a, b):
        if a["text"] != b["text"] and not ATOM.fullmatch(a["text"]):
            return f"{a[0]!r} became {b[0]!r}"
        if a["text"] != b["text"] and (why := self.compare(a["text"], b["text"])):
            return why
        if a["text"] == b["text"]:
            self.bind(a["text"], b["text"])
        wanted = signer(a["text"], unquote(a["mac"]) + "=", b64)
        if wanted != signer(b["text"], unquote(b["mac"]) + "=", b64):
            return f"{b[0]!r}: signature"
        return None if ("%" in a[0]) == ("%" in b[0]) else f"{a[0]!r} became {b[0]!r}: encoding"

    def compare_jwt(self, a, b):
        a, b = a[0], b[0]
        if a.count(".") != b.count("."):
            return f"{a!r} became {b!r}"
        if a.count(".") == 4:
            theirs, ours = open_jwe(a), open_jwe(b)
            why = "tag" if ours is None else self.compare("\n".join(theirs), "\n".join(ours))
        else:
            theirs, ours = (["\n".join(unb64url(p).decode() for p in t.split(".")[:2]),
                             t.split(".")[2]] for t in (a, b))
            why = self.compare(theirs[0], ours[0])
            if why is None and len(theirs[1]) != len(ours[1]):
                why = "length of the signature"
            if why is None and jws_secret(a) != jws_secret(b):
                why = "signature"
        if why:
            return f"in a token: {why}"
        self.bind(a, b)
        return None

    def compare_compact(self, a, b):
        theirs, ours = open_compact(a[0]), open_compact(b[0])
        why = self.compare(*(re.sub(r'"signature":"[^"]*"', "", t[0]) for t in (theirs, ours)))
        if why is None and theirs[1] != ours[1]:
            why = "signature"
        if why:
            return f"in session_data: {why}"
        self.bind(a[0], b[0])
        return None


def kind(m):
    return next(k for k, v in m.groupdict().items() if v is not None and k not in ("text", "mac"))
