# SPDX-License-Identifier: ISC
"""Tokens of other issuers for jwt.test, good ones and such that are not quite.

issuers.py make DIRECTORY   a line "NAME ALG WANT [ARGUMENT]..." each; NAME.jwks and NAME.token
                        are beside; WANT is ok or the fault that posternctl must name
issuers.py serve PORT_FILE JWKS   a web server on this machine, until it is ended
"""
import base64
import functools
import http.server
import json
import os
import sys
import time

NOW = int(time.time())
CLAIMS = {"iss": "https://issuer.example", "sub": "somebody", "aud": "api", "iat": NOW,
          "exp": NOW + 600.5}
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Maker:
    def __init__(self, directory):
        self.directory = directory

    def put(self, name, alg, want, jwks, token, arguments=""):
        with open(f"{self.directory}/{name}.jwks", "w") as f:
            json.dump(jwks, f)
        with open(f"{self.directory}/{name}.token", "wb") as f:
            f.write(token if isinstance(token, bytes) else token.encode())
        print(name, alg, want, arguments)


def public(key, **more):
    return dict(json.loads(key.export_public()), **more)


def new_key(alg, other=False):
    from jwcrypto import jwk
    kinds = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}
    if alg in kinds:
        return jwk.JWK.generate(kty="EC", crv=kinds[alg])
    if alg == "EdDSA":
        return jwk.JWK.generate(kty="OKP", crv="Ed25519")
    if alg.startswith("HS"):
        return jwk.JWK.generate(kty="oct", size=512)
    return rsa_key(other)


@functools.lru_cache
def rsa_key(_):
    """Two of them are enough for all: making one takes its time."""
    from jwcrypto import jwk
    return jwk.JWK.generate(kty="RSA", size=2048)


def by_jwcrypto(key, alg, header=None, payload=None):
    from jwcrypto import jws
    token = jws.JWS(json.dumps(CLAIMS if payload is None else payload))
    token.allowed_algs = [alg]
    token.add_signature(key, alg, json.dumps(dict({"alg": alg, "kid": "k"}, **(header or {}))))
    return token.serialize(compact=True)


def by_pyjwt(key, alg):
    import jwt
    secret = unb64(key.export(as_dict=True)["k"]) if alg.startswith("HS") else \
        key.export_to_pem(private_key=True, password=None)
    return jwt.encode(CLAIMS, secret, algorithm=alg)


def by_authlib(key, alg):
    from authlib.jose import JsonWebSignature
    return JsonWebSignature().serialize_compact(
        {"alg": alg, "kid": "k"}, json.dumps(CLAIMS).encode(), json.loads(key.export_private()
        if alg[:2] != "HS" else key.export())).decode()


def of_every_algorithm(maker):
    for alg in ("EdDSA", "ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384",
                "PS512", "HS256", "HS384", "HS512"):
        key = new_key(alg)
        jwks = {"keys": [json.loads(key.export()) if alg[:2] == "HS" else public(key)]}
        for library, make in (("jwcrypto", by_jwcrypto), ("pyjwt", by_pyjwt),
                              ("authlib", by_authlib)):
            maker.put(f"{library}-{alg}", alg, "ok", jwks, make(key, alg))
        text = by_jwcrypto(key, alg)
        head, body, sig = text.split(".")
        changed = bytearray(unb64(sig))
        changed[len(changed) // 2] ^= 4
        maker.put(f"changed-{alg}", alg, "signature", jwks, f"{head}.{body}.{b64(changed)}")
        maker.put(f"short-{alg}", alg, "signature", jwks,
                  f"{head}.{body}.{b64(unb64(sig)[:-1])}")
        maker.put(f"long-{alg}", alg, "signature", jwks,
                  f"{head}.{body}.{b64(unb64(sig) + bytes(1))}")
        maker.put(f"unsigned-{alg}", alg, "unsigned", jwks, f"{head}.{body}.")
        maker.put(f"other-{alg}", alg, "signature",
                  {"keys": [public(new_key(alg, True)) if alg[:2] != "HS" else
                            json.loads(new_key(alg, True).export())]}, text)


def ecdsa(maker):
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
    key = new_key("ES256")
    jwks = {"keys": [public(key)]}
    head, body, sig = by_jwcrypto(key, "ES256").split(".")
    raw = unb64(sig)
    r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
    numbers = {"r0": (0, s), "s0": (r, 0), "both0": (0, 0), "rn": (ORDER, s), "sn": (r, ORDER),
               "sn1": (r, ORDER + 1), "ones": (2**256 - 1, 2**256 - 1), "r1s1": (1, 1)}
    for name, (a, b) in numbers.items():
        maker.put(f"ecdsa-{name}", "ES256", "signature", jwks,
                  f"{head}.{body}.{b64(a.to_bytes(32, 'big') + b.to_bytes(32, 'big'))}")
    maker.put("ecdsa-der", "ES256", "signature", jwks,
              f"{head}.{body}.{b64(encode_dss_signature(r, s))}")
    maker.put("ecdsa-wide", "ES256", "signature", jwks,
              f"{head}.{body}.{b64(r.to_bytes(33, 'big') + s.to_bytes(33, 'big'))}")
    off = dict(public(key), y=public(key)["x"])
    maker.put("ecdsa-off-curve", "ES256", "key-point", {"keys": [off]}, f"{head}.{body}.{sig}")
    other = new_key("ES384")
    maker.put("ecdsa-curve", "ES256", "key-curve", {"keys": [public(other, alg="ES256")]},
              f"{head}.{body}.{sig}")
    twin = (r.to_bytes(32, "big") + (ORDER - s).to_bytes(32, "big"))
    maker.put("ecdsa-twin", "ES256", "ok", jwks, f"{head}.{body}.{b64(twin)}")


def rsa(maker):
    from cryptography.hazmat.primitives.asymmetric import rsa as crsa
    from jwcrypto import jwk
    key = new_key("RS256")
    token = by_jwcrypto(key, "RS256")
    good = public(key)
    n = unb64(good["n"])
    for name, change, want in (
            ("zero", {"n": b64(b"\0" + n)}, "key-leading-zero"),
            ("even", {"n": b64(n[:-1] + b"\x02")}, "key-modulus"),
            ("e1", {"e": "AQ"}, "key-exponent"), ("e2", {"e": "Ag"}, "key-exponent"),
            ("e-long", {"e": good["n"]}, "key-exponent"),
            ("padded", {"n": good["n"] + "=="}, "key-member"),
            ("use", {"use": "enc"}, "key-use"), ("ops", {"key_ops": ["encrypt"]}, "key-ops"),
            ("alg", {"alg": "RS512"}, "other-alg"), ("kid", {"kid": "other"}, "no-key")):
        maker.put(f"rsa-{name}", "RS256", want, {"keys": [{**good, **change}]}, token)
    weak = jwk.JWK.from_pyca(crsa.generate_private_key(65537, 1024))
    maker.put("rsa-1024", "RS256", "key-modulus-short", {"keys": [public(weak)]},
              by_jwcrypto(weak, "RS256"))
    cube = jwk.JWK.from_pyca(crsa.generate_private_key(3, 2048))
    maker.put("rsa-e3", "RS256", "ok", {"keys": [public(cube)]}, by_jwcrypto(cube, "RS256"))
    prime = 2**2203 - 1  # a Mersenne prime
    maker.put("rsa-prime", "RS256", "key-modulus", {"keys": [
        {"kty": "RSA", "e": "AQAB", "n": b64(prime.to_bytes(276, "big"))}]}, token)
    maker.put("rsa-pss", "PS256", "other-alg", {"keys": [dict(good, alg="RS256")]},
              by_jwcrypto(key, "PS256"))
    maker.put("rsa-swapped", "PS256", "other-alg", {"keys": [good]}, token)


def spelling(maker):
    key = new_key("ES256")
    jwks = {"keys": [public(key)]}
    text = by_jwcrypto(key, "ES256")
    head, body, sig = text.split(".")
    for name, token, want in (
            ("newline", text + "\n", "ok"), ("crlf", text + "\r\n", "ok"),
            ("two-newlines", text + "\n\n", "base64url"), ("space", " " + text, "base64url"),
            ("padding", text + "==", "base64url"), ("plus", f"{head}.{body}.+{sig[1:]}", "base64url"),
            ("slash", f"{head}.{body}./{sig[1:]}", "base64url"),
            ("inner-newline", f"{head}.{body[:4]}\n{body[4:]}.{sig}", "base64url"),
            ("nul", text.encode() + b"\0", "base64url"),
            ("nul-first", b"\0" + text.encode(), "base64url"),
            ("bom", "\ufeff" + text, "base64url"), ("bearer", "Bearer " + text, "base64url"),
            ("stray-bits", f"{head}.{body}.{sig[:-1]}{chr(ord(sig[-1]) + 1)}", "base64url"),
            ("empty", "", "parts"), ("one-part", head, "parts"), ("two-parts", f"{head}.{body}", "parts"),
            ("four-parts", text + ".", "parts"), ("five-parts", text + "..", "encrypted"),
            ("no-header", f".{body}.{sig}", "header"), ("no-payload", f"{head}..{sig}", "signature"),
            ("json", json.dumps({"payload": body, "protected": head, "signature": sig}), "parts"),
            ("huge", "A" * 70000 + text, "size")):
        maker.put(f"spelling-{name}", "ES256", want, jwks, token)


def headers(maker):
    key = new_key("ES256")
    jwks = {"keys": [public(key)]}

    def signed(header, payload=None):
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec, utils
        body = json.dumps(CLAIMS).encode() if payload is None else payload
        text = f"{b64(header)}.{b64(body)}"
        r, s = utils.decode_dss_signature(
            key.get_op_key("sign").sign(text.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{text}.{b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"

    h = {"alg": "ES256", "kid": "k"}
    for name, more, want in (
            ("plain", {}, "ok"), ("typ", {"typ": "at+jwt"}, "ok"), ("x5t", {"x5t": "AA"}, "ok"),
            ("none", {"alg": "none"}, "alg-none"), ("None", {"alg": "None"}, "alg-none"),
            ("nOnE", {"alg": "nOnE"}, "alg-none"), ("lower", {"alg": "es256"}, "alg"),
            ("array", {"alg": ["ES256"]}, "alg"), ("hs256", {"alg": "HS256"}, "other-alg"),
            ("es384", {"alg": "ES384"}, "other-alg"), ("crit", {"crit": ["exp"]}, "crit"),
            ("b64", {"b64": False}, "b64"), ("jwk", {"jwk": public(key)}, "own-key"),
            ("jku", {"jku": "https://evil.example"}, "own-key"), ("x5u", {"x5u": ""}, "own-key"),
            ("x5c", {"x5c": ["AA=="]}, "own-key"), ("kid-number", {"kid": 1}, "kid")):
        maker.put(f"header-{name}", "ES256", want, jwks, signed(json.dumps(dict(h, **more)).encode()))
    maker.put("header-twice", "ES256", "header-twice", jwks,
              signed(b'{"alg":"ES256","alg":"ES256"}'))
    maker.put("header-bom", "ES256", "header", jwks, signed(b"\xef\xbb\xbf" + json.dumps(h).encode()))
    maker.put("header-latin1", "ES256", "header", jwks, signed(b'{"alg":"ES256","a":"\xe4"}'))
    head = json.dumps(h).encode()
    for name, payload, want in (
            ("text", b"foo", "payload"), ("array", b"[]", "payload"), ("empty", b"", "payload"),
            ("nul", b"{}\0", "payload"), ("bom", b"\xef\xbb\xbf{}", "payload"),
            ("deep", b"[" * 5000, "payload"), ("twice", b'{"exp":1,"exp":9e9}', "payload-twice"),
            ("none", b"{}", "ok"), ("expired", b'{"exp":%d}' % (NOW - 3600), "expired"),
            ("exp-text", b'{"exp":"9"}', "exp"),
            ("exp-huge", b'{"exp":1e999}', "exp"), ("exp-long", b'{"exp":%s}' % (b"9" * 5000), "exp"),
            ("future", b'{"iat":%d}' % (NOW + 600), "future"),
            ("early", b'{"nbf":%d.5}' % (NOW + 600), "early"), ("sub", b'{"sub":1}', "sub"),
            ("aud", b'{"aud":{}}', "aud"), ("iss", b'{"iss":[]}', "iss")):
        maker.put(f"payload-{name}", "ES256", want, jwks, signed(head, payload))


def confusion(maker):
    """A public key as the secret of a MAC (RFC 8725 section 2.1)."""
    import hashlib
    import hmac
    key = new_key("RS256")
    jwks = {"keys": [public(key)]}
    text = f'{b64(b"""{"alg":"HS256"}""")}.{b64(json.dumps(CLAIMS).encode())}'
    for name, secret in (("pem", key.export_to_pem()), ("jwk", json.dumps(public(key)).encode()),
                         ("n", unb64(public(key)["n"]))):
        mac = hmac.new(secret, text.encode(), hashlib.sha256).digest()
        maker.put(f"confusion-{name}", "HS256", "no-key", jwks, f"{text}.{b64(mac)}")
    short = {"keys": [{"kty": "oct", "k": b64(bytes(31))}]}
    mac = hmac.new(bytes(31), text.encode(), hashlib.sha256).digest()
    maker.put("confusion-short", "HS256", "key-secret-short", short, f"{text}.{b64(mac)}")
    maker.put("confusion-oct", "RS256", "key-type",
              {"keys": [{"kty": "oct", "k": b64(bytes(64)), "alg": "RS256"}]},
              by_jwcrypto(key, "RS256"))


class Handler(http.server.BaseHTTPRequestHandler):
    jwks = ""

    def do_GET(self):
        status = {"/jwks": 200, "/large": 200, "/away": 302}.get(self.path, 404)
        body = (self.jwks if self.path != "/large" else " " * 600000).encode()
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/jwks")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


def serve(port_file, jwks):
    with open(jwks) as f:
        Handler.jwks = f.read()
    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    with open(port_file + ".new", "w") as f:
        f.write(str(server.server_port))
    os.rename(port_file + ".new", port_file)
    server.serve_forever()


def main():
    if sys.argv[1] == "serve":
        return serve(sys.argv[2], sys.argv[3])
    maker = Maker(sys.argv[2])
    for part in (of_every_algorithm, ecdsa, rsa, spelling, headers, confusion):
        part(maker)
    return None


if __name__ == "__main__":
    main()
