# SPDX-License-Identifier: ISC
"""The FastAPI example, with tokens of a running auth service and with tokens signed here. Prints TAP.

Only the auth service can sign an expired token or one for another audience with its key, so those cases run
against a second backend that trusts keys of this file.
"""
import base64
import http.server
import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

BASE_URL = os.environ["BASE_URL"].rstrip("/")
AUTH_URL = os.environ.get("AUTH_URL", BASE_URL).rstrip("/")
WITH_PROFILE = os.environ.get("WITH_PROFILE", "1") != "0"
EXAMPLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "examples", "fastapi")
ISSUER = "https://auth.test"
FETCH_PAUSE = 5  # as in examples/fastapi/auth.py


class Tap:
    def __init__(self):
        self.count = self.failed = 0

    def ok(self, good, claim, detail=""):
        self.count += 1
        self.failed += not good
        print(f"{'ok' if good else 'not ok'} {self.count} - {claim}")
        if not good and detail:
            print("# " + str(detail).replace("\n", "\n# "))
        sys.stdout.flush()

    def skip(self, claim, reason):
        self.count += 1
        print(f"ok {self.count} - {claim} # SKIP {reason}")


tap = Tap()


# HTTP

class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.text = status, headers, body.decode("utf-8", "replace")
        try:
            self.json = json.loads(self.text)
        except ValueError:
            self.json = None

    def __str__(self):
        return f"{self.status} {self.text[:500]}"


def fetch(url, body=None, **headers):
    data = None
    if body is not None:
        data = json.dumps(body).encode()
        headers["content-type"] = "application/json"
    request = urllib.request.Request(url, data, headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return Answer(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as e:
        return Answer(e.code, e.headers, e.read())


def suite(path, body=None, session=None):
    headers = {"origin": AUTH_URL}
    if session:
        headers["authorization"] = "Bearer " + session
    return fetch(BASE_URL + path, body, **headers)


class Backend:
    """The example under uvicorn. It inherits a bound socket, so no other process can take the port."""

    def __init__(self, **env):
        listener = socket.create_server(("127.0.0.1", 0))
        self.url = "http://127.0.0.1:%d" % listener.getsockname()[1]
        self.process = subprocess.Popen(
            [sys.executable, "-B", "-m", "uvicorn", "main:app", "--fd", str(listener.fileno()),
             "--log-level", "warning"],
            cwd=EXAMPLE, env={**os.environ, **env}, pass_fds=[listener.fileno()])
        listener.close()

    def get(self, path, token=None, authorization=None):
        if token is not None:
            authorization = "Bearer " + token
        return fetch(self.url + path, **({"authorization": authorization} if authorization is not None else {}))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(10)


# Tokens

def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def parts(token):
    head, payload, signature = token.split(".")
    return json.loads(unb64(head)), json.loads(unb64(payload)), signature


def assemble(head, payload, signature=""):
    return ".".join([b64(json.dumps(head).encode()), b64(json.dumps(payload).encode()), signature])


def number(n):
    return b64(n.to_bytes((n.bit_length() + 7) // 8, "big"))


class Key:
    """A key pair as the auth service would publish it: alg, crv, kty, numbers, kid and nothing else."""

    def __init__(self, alg, kid):
        self.alg, self.kid = alg, kid
        make = {"EdDSA": ed25519.Ed25519PrivateKey.generate,
                "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
                "RS256": lambda: rsa.generate_private_key(65537, 2048)}
        self.private = make[alg]()
        self.public = self.private.public_key()

    def raw(self):
        return self.public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)

    def jwk(self):
        if self.alg == "EdDSA":
            kind = {"crv": "Ed25519", "kty": "OKP", "x": b64(self.raw())}
        elif self.alg == "ES256":
            n = self.public.public_numbers()
            kind = {"crv": "P-256", "kty": "EC", "x": b64(n.x.to_bytes(32, "big")), "y": b64(n.y.to_bytes(32, "big"))}
        else:
            n = self.public.public_numbers()
            kind = {"kty": "RSA", "n": number(n.n), "e": number(n.e)}
        return {"alg": self.alg, **kind, "kid": self.kid}

    def sign(self, claims, **header):
        header = {"kid": self.kid, **header}
        return jwt.encode(claims, self.private, algorithm=self.alg,
                          headers={k: v for k, v in header.items() if v is not None})


def hs256(head, payload, secret):
    """By hand: PyJWT refuses to take a public key for a secret."""
    import hashlib
    import hmac
    unsigned = assemble(head, payload).rstrip(".")
    return unsigned + "." + b64(hmac.new(secret, unsigned.encode(), hashlib.sha256).digest())


class Jwks:
    """A JWKS endpoint that counts its calls."""

    def __init__(self, keys):
        self.keys, self.calls, owner = list(keys), 0, self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                owner.calls += 1
                body = json.dumps({"keys": [k.jwk() for k in owner.keys]}).encode()
                self.send_response(200)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = "http://127.0.0.1:%d/jwks" % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def refused(backend, claim, token=None, authorization=None):
    answer = backend.get("/me", token, authorization)
    challenge = answer.headers.get("WWW-Authenticate", "")
    tap.ok(answer.status == 401 and challenge.startswith("Bearer"), claim + ": 401 with WWW-Authenticate",
           f"{answer} WWW-Authenticate: {challenge}")


# With the auth service

def profile():
    """The first choice to every question, whatever the operator asks."""
    answers = {}
    for question in suite("/api/user/profile/questionnaire").json["questions"]:
        *groups, name = question["path"].split(".")
        place = answers
        for group in groups:
            place = place.setdefault(group, {})
        first = question["options"][0]["value"]
        place[name] = [first] if question["kind"] == "multi" else first
    return answers


def sign_up():
    body = {"name": "Ada", "email": f"fastapi-{os.getpid()}-{time.time_ns()}@example.com",
            "password": "correct horse battery"}
    if WITH_PROFILE:
        body["profile"] = profile()
    answer = suite("/api/auth/sign-up/email", body)
    tap.ok(answer.status == 200 and answer.json["token"], "sign-up at the auth service", answer)
    return answer.json


def token_of(session):
    answer = suite("/api/auth/token", session=session)
    tap.ok(answer.status == 200 and answer.json["token"].count(".") == 2, "the session gets a JWT", answer)
    return answer.json["token"]


def test_member(backend, user, token):
    answer = backend.get("/me", token)
    tap.ok(answer.status == 200 and answer.json["id"] == user["id"], "/me tells the right id", answer)
    tap.ok(answer.json["email"] == user["email"] and answer.json["is_guest"] is False,
           "/me tells address and standing", answer)
    answer = backend.get("/hello", token)
    tap.ok(answer.status == 200 and answer.json["message"] == "Hello, Ada", "/hello greets by name", answer)
    answer = backend.get("/personal", token)
    if WITH_PROFILE:
        tap.ok(answer.status == 200, "/personal lets a member with profile in", answer)
    else:
        tap.ok(answer.status == 403, "/personal refuses a member without profile", answer)


def test_guest(backend):
    answer = suite("/api/auth/sign-in/anonymous", {})
    tap.ok(answer.status == 200, "a guest signs in", answer)
    token = token_of(answer.json["token"])
    answer = backend.get("/hello", token)
    tap.ok(answer.status == 200 and answer.json["message"] == "Hello, guest", "/hello greets a guest", answer)
    answer = backend.get("/personal", token)
    tap.ok(answer.status == 403, "/personal refuses a guest", answer)


def test_forgeries(backend, session, token):
    head, payload, signature = parts(token)
    foreign = Key("EdDSA", head["kid"])
    jwk = next(k for k in suite("/api/auth/jwks").json["keys"] if k["kid"] == head["kid"])

    refused(backend, "no header")
    refused(backend, "empty token", "")
    refused(backend, "garbage", "garbage")
    refused(backend, "garbage in three parts", "a.b.c")
    refused(backend, "bytes that are no text", "\xff\xfe.\xff.\xff")
    refused(backend, "a very long token", "x" * 8000)
    refused(backend, "another scheme", authorization="Basic dXNlcjpwYXNz")
    refused(backend, "a session token instead of a JWT", session)
    refused(backend, "signed by a foreign key under the right kid", foreign.sign(payload))
    refused(backend, "signed by a foreign key, unknown kid", foreign.sign(payload, kid="unknown"))
    refused(backend, "genuine signature, missing kid", assemble({"alg": head["alg"]}, payload, signature))
    refused(backend, "foreign signature, missing kid", foreign.sign(payload, kid=None))
    refused(backend, "key embedded in the header", foreign.sign(payload, jwk=foreign.jwk()))
    refused(backend, "key by URL in the header", foreign.sign(payload, jku="http://127.0.0.1:9/jwks"))
    refused(backend, "another subject under the genuine signature",
            assemble(head, {**payload, "sub": "someone-else"}, signature))
    refused(backend, "another audience under the genuine signature",
            assemble(head, {**payload, "aud": "https://other.test"}, signature))
    refused(backend, "later expiry under the genuine signature",
            assemble(head, {**payload, "exp": payload["exp"] + 86400}, signature))
    refused(backend, "signature cut off", token.rsplit(".", 1)[0] + ".")
    refused(backend, "alg none", assemble({**head, "alg": "none"}, payload))
    refused(backend, "alg none with a signature", assemble({**head, "alg": "none"}, payload, signature))
    hmac_head = {**head, "alg": "HS256"}
    refused(backend, "HS256 with the public key's bytes", hs256(hmac_head, payload, unb64(jwk.get("x") or jwk["n"])))
    refused(backend, "HS256 with the JWK", hs256(hmac_head, payload, json.dumps(jwk).encode()))
    answer = backend.get("/me", token)
    tap.ok(answer.status == 200, "after all this the genuine token is good", answer)


def with_auth_service():
    with Backend(AUTH_URL=AUTH_URL, JWKS_URL=BASE_URL + "/api/auth/jwks") as backend:
        account = sign_up()
        token = token_of(account["token"])
        test_member(backend, account["user"], token)
        test_guest(backend)
        test_forgeries(backend, account["token"], token)


# With keys of our own

def claims(**changes):
    now = int(time.time())
    whole = {"iat": now, "exp": now + 900, "iss": ISSUER, "aud": ISSUER, "sub": "user-1", "email": "a@example.com",
             "name": "Ada", "emailVerified": True, "isAnonymous": False, "hasProfile": True, **changes}
    return {k: v for k, v in whole.items() if v is not None}


def test_claims(backend, key):
    now = int(time.time())

    def accepted(claim, **changes):
        answer = backend.get("/me", key.sign(claims(**changes)))
        tap.ok(answer.status == 200 and answer.json["id"] == "user-1", f"{key.alg}: {claim}: 200", answer)

    def rejected(claim, **changes):
        refused(backend, f"{key.alg}: {claim}", key.sign(claims(**changes)))

    accepted("whole claims")
    accepted("expired within the leeway", exp=now - 5)
    accepted("issued by a clock 5 s ahead", iat=now + 5)
    accepted("our audience among several", aud=["https://other.test", ISSUER])
    rejected("expired", exp=now - 60)
    rejected("issued in the future", iat=now + 600)
    rejected("wrong audience", aud="https://other.test")
    rejected("audience with a slash", aud=ISSUER + "/")
    rejected("wrong issuer", iss="https://other.test")
    for name in ("exp", "iat", "sub", "iss", "aud"):
        rejected("no " + name, **{name: None})


def test_odd_claims(backend, key):
    """Types that PyJWT's encoder would not write, and that have made its decoder throw."""
    for claim, changes in {
            "iat as text": {"iat": "2026-01-01"}, "iat as an object": {"iat": {}}, "exp as text": {"exp": "soon"},
            "exp as a list": {"exp": [1]}, "nbf as a list": {"nbf": [1]}, "sub as a number": {"sub": 7},
            "sub as an object": {"sub": {}}, "empty sub": {"sub": ""}, "aud as a number": {"aud": 7},
            "aud as a list of numbers": {"aud": [7]}, "iss as a list": {"iss": [ISSUER + "x"]}}.items():
        refused(backend, claim, sign_bytes(key, json.dumps(claims(**changes)).encode()))
    refused(backend, "exp beyond all numbers",
            sign_bytes(key, json.dumps(claims()).encode().replace(b'"exp": ', b'"exp": 1e400, "was": ')))
    refused(backend, "claims that are a list", sign_bytes(key, b"[]"))
    refused(backend, "claims that are no JSON", sign_bytes(key, b"{"))


def sign_bytes(key, payload):
    unsigned = b64(json.dumps({"alg": key.alg, "kid": key.kid}).encode()) + "." + b64(payload)
    return unsigned + "." + b64(key.private.sign(unsigned.encode()))


def test_confusion(backend, ed, es, rs):
    refused(backend, "EdDSA signature under the kid of an RSA key", ed.sign(claims(), kid=rs.kid))
    refused(backend, "RS256 signature under the kid of an EdDSA key", rs.sign(claims(), kid=ed.kid))
    refused(backend, "ES256 signature under the kid of an RSA key", es.sign(claims(), kid=rs.kid))
    pem = rs.public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    refused(backend, "HS256 with the RSA key's PEM", hs256({"alg": "HS256", "kid": rs.kid}, claims(), pem))
    refused(backend, "HS256 with the EdDSA key's bytes", hs256({"alg": "HS256", "kid": ed.kid}, claims(), ed.raw()))
    for kid in (7, None, ["a"], {"a": 1}, ""):
        refused(backend, f"kid {json.dumps(kid)}", assemble({"alg": "EdDSA", "kid": kid}, claims(), "AA"))


def test_fetches(backend, jwks, key):
    before = jwks.calls
    good = key.sign(claims())
    with ThreadPoolExecutor(20) as pool:
        flood = [pool.submit(backend.get, "/me", Key("EdDSA", f"bogus-{i}").sign(claims())) for i in range(40)]
        calls = [pool.submit(backend.get, "/me", good) for _ in range(40)]
    tap.ok(all(f.result().status == 401 for f in flood), "40 unknown kids: 401 each")
    tap.ok(all(f.result().status == 200 for f in calls), "good tokens among them: 200 each")
    tap.ok(jwks.calls - before <= 1, "at most one fetch of the keys for all of them", jwks.calls - before)


def test_rotation(backend, jwks, key):
    new = Key("EdDSA", "new-key")
    jwks.keys.append(new)
    time.sleep(FETCH_PAUSE + 0.5)
    answer = backend.get("/me", new.sign(claims()))
    tap.ok(answer.status == 200, "a new key is found by its kid", answer)
    jwks.close()
    time.sleep(FETCH_PAUSE + 0.5)
    refused(backend, "unknown kid while the auth service is down", Key("EdDSA", "later").sign(claims()))
    answer = backend.get("/me", key.sign(claims()))
    tap.ok(answer.status == 200, "known keys stay good while the auth service is down", answer)


def test_without_keys(url, key):
    with Backend(AUTH_URL=ISSUER, JWKS_URL=url) as backend:
        answer = backend.get("/me", key.sign(claims()))
        tap.ok(answer.status == 503 and answer.headers.get("Retry-After"),
               "no keys could ever be fetched: 503, not 401", answer)
        refused(backend, "and garbage is still garbage", "garbage")


def with_own_keys():
    ed, es, rs = Key("EdDSA", "ed-key"), Key("ES256", "es-key"), Key("RS256", "rs-key")
    jwks = Jwks([rs, es, ed])
    with Backend(AUTH_URL=ISSUER + "/", JWKS_URL=jwks.url) as backend:
        for key in (ed, es, rs):
            test_claims(backend, key)
        test_odd_claims(backend, ed)
        test_confusion(backend, ed, es, rs)
        guest = backend.get("/personal", ed.sign(claims(isAnonymous=True)))
        tap.ok(guest.status == 403, "/personal refuses a guest, whatever else the token says", guest)
        text = backend.get("/personal", ed.sign(claims(hasProfile="false")))
        tap.ok(text.status == 403, '/personal refuses hasProfile "false"', text)
        minimal = backend.get("/me", ed.sign(claims(email=None, name=None, emailVerified=None, isAnonymous=None,
                                                    hasProfile=None)))
        tap.ok(minimal.status == 200 and minimal.json["email"] is None, "minimal claims are enough for /me", minimal)
        test_fetches(backend, jwks, ed)
        test_rotation(backend, jwks, ed)
    test_without_keys(jwks.url, ed)


def main():
    for part in (with_own_keys, with_auth_service):
        try:
            part()
        except Exception as e:  # the rest of the file should still be heard
            tap.ok(False, f"{part.__name__} runs to its end", f"{type(e).__name__}: {e}")
    print(f"1..{tap.count}")
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
