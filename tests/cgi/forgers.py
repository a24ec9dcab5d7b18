# SPDX-License-Identifier: ISC
"""Tokens for jwt.test that are as good as true: signatures made of the private key's own
numbers with another padding, and claims of other types.

forgers.py DIRECTORY   as issuers.py make; what follows WANT are arguments of posternctl
"""
import hashlib
import json
import sys

from issuers import CLAIMS, NOW, Maker, b64, by_jwcrypto, new_key, public, rsa_key, unb64

# DER of what stands before a SHA-256 hash, and of the same in other spellings.
SHA256 = bytes.fromhex("3031300d060960864801650304020105000420")
OTHERS = {
    "no-null": "302f300b0609608648016503040201" + "0420",
    "null-long": "303230" + "0e06096086480165030402010581000420",
    "sha1": "3021300906052b0e03021a05000414",
    "sha512": "3051300d060960864801650304020305000440",
    "sha384": "3041300d060960864801650304020205000430",
    "md5": "3020300c06082a864886f70d020505000410",
    "ber-length": "308131300d060960864801650304020105000420",
    "ber-length-2": "30820031300d060960864801650304020105000420",
    "ber-inner": "303230810d060960864801650304020105000420",
    "set": "3131300d060960864801650304020105000420",
    "bare": "",
    "long-oid": "3032300e060a8060864801650304020105000420",
}


class Numbers:
    """RSA without anybody's padding."""

    def __init__(self, key):
        members = key.export(as_dict=True)
        self.n, self.d = (int.from_bytes(unb64(members[m]), "big") for m in "nd")
        self.size = (self.n.bit_length() + 7) // 8

    def raw(self, block):
        return pow(int.from_bytes(block, "big"), self.d, self.n).to_bytes(self.size, "big")

    def padded(self, info, kind=b"\0\1", fill=b"\xff"):
        return kind + fill * (self.size - len(info) - len(kind) - 1) + b"\0" + info


def text_of(alg, claims=None):
    return f'{b64(json.dumps({"alg": alg, "kid": "k"}).encode())}.{b64(json.dumps(claims or CLAIMS).encode())}'


def pkcs1(maker):
    key = rsa_key(False)
    jwks, rsa = {"keys": [public(key)]}, Numbers(key)
    text = text_of("RS256")
    digest = hashlib.sha256(text.encode()).digest()
    info = SHA256 + digest

    def put(name, block, want="signature"):
        maker.put(f"pkcs1-{name}", "RS256", want, jwks, f"{text}.{b64(rsa.raw(block))}")

    good = rsa.padded(info)
    put("good", good, "ok")
    for name, der in OTHERS.items():
        der = bytes.fromhex(der)
        size = {0x14: 20, 0x10: 16, 0x30: 48, 0x40: 64}.get(der[-1] if der else 0, 32)
        put(name, rsa.padded(der + (digest * 2)[:size]))
    put("short-padding", b"\0\1\xff\xff\xff\xff\xff\xff\xff\xff\0" + info + bytes(rsa.size - 11 - len(info)))
    put("no-padding", b"\0\1\0" + info + b"\xff" * (rsa.size - 3 - len(info)))
    put("garbage-after", rsa.padded(info + b"\0"))
    put("garbage-before", rsa.padded(b"\0" + info))
    put("garbage-inside", rsa.padded(bytes.fromhex("3033300f0609608648016503040201" + "05020000" + "0420") + digest))
    put("type-2", rsa.padded(info, b"\0\2"))
    put("type-0", rsa.padded(info, b"\0\0", b"\0"))
    put("first-byte", rsa.padded(info, b"\1\1"))
    put("fill-00", rsa.padded(info, fill=b"\0"))
    put("fill-fe", rsa.padded(info, fill=b"\xfe"))
    put("one-fe", good[:20] + b"\xfe" + good[21:])
    put("no-zero", good.replace(b"\0" + info, b"\xff" + info))
    put("hash-short", rsa.padded(info[:-1]))
    put("empty", bytes(rsa.size))
    put("one", bytes(rsa.size - 1) + b"\1")
    as_number = int.from_bytes(rsa.raw(good), "big")
    for name, sig in (("zero-before", b"\0" + rsa.raw(good)), ("zero-after", rsa.raw(good) + b"\0"),
                      ("n", rsa.n.to_bytes(rsa.size, "big")), ("zeros", bytes(rsa.size)),
                      ("n-1", (rsa.n - 1).to_bytes(rsa.size, "big")), ("ones", b"\xff" * rsa.size),
                      ("minus", (rsa.n - as_number).to_bytes(rsa.size, "big")),
                      ("plus-n", (as_number + rsa.n).to_bytes(rsa.size + 1, "big"))):
        maker.put(f"pkcs1-sig-{name}", "RS256", "signature", jwks, f"{text}.{b64(sig)}")


def pss(maker):
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding
    key = rsa_key(False)
    jwks, private = {"keys": [public(key)]}, key.get_op_key("sign")
    sha256 = hashes.SHA256()

    def put(name, want, salt=32, mgf=sha256, hashed=sha256, alg="PS256"):
        text = text_of(alg)
        sig = private.sign(text.encode(), padding.PSS(padding.MGF1(mgf), salt), hashed)
        maker.put(f"pss-{name}", alg, want, jwks, f"{text}.{b64(sig)}")

    put("good", "ok")
    for salt in (0, 1, 20, 31, 33, 64, padding.PSS.MAX_LENGTH):
        put(f"salt-{salt if isinstance(salt, int) else 'max'}", "signature", salt)
    put("mgf-sha1", "signature", mgf=hashes.SHA1())
    put("mgf-sha512", "signature", mgf=hashes.SHA512())
    put("hash-sha1", "signature", mgf=hashes.SHA1(), hashed=hashes.SHA1())
    put("hash-sha512", "signature", mgf=hashes.SHA512(), hashed=hashes.SHA512())
    put("ps384-salt", "signature", alg="PS384", hashed=hashes.SHA384(), mgf=hashes.SHA384())
    put("ps512", "ok", 64, hashes.SHA512(), hashes.SHA512(), "PS512")
    rsa, text = Numbers(key), text_of("PS256")
    info = SHA256 + hashlib.sha256(text.encode()).digest()
    maker.put("pss-pkcs1", "PS256", "signature", jwks, f"{text}.{b64(rsa.raw(rsa.padded(info)))}")
    text = text_of("RS256")
    sig = private.sign(text.encode(), padding.PSS(padding.MGF1(sha256), 32), sha256)
    maker.put("pss-as-pkcs1", "RS256", "signature", jwks, f"{text}.{b64(sig)}")


ORDERS = {
    "ES384": int("f" * 48 + "c7634d81f4372ddf581a0db248b0a77aecec196accc52973", 16),
    "ES512": int("1" + "f" * 65 + "a51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409", 16),
}


def curves(maker):
    """ES256 is in issuers.py."""
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
    for alg, order in ORDERS.items():
        key = new_key(alg)
        good = public(key)
        head, body, sig = by_jwcrypto(key, alg).split(".")
        raw = unb64(sig)
        size = len(raw) // 2
        r, s = int.from_bytes(raw[:size], "big"), int.from_bytes(raw[size:], "big")
        most = 256 ** size - 1
        for name, (a, b) in {"r0": (0, s), "s0": (r, 0), "rn": (order, s), "sn": (r, order), "swapped": (s, r),
                             "most": (most, most), "r1s1": (1, 1), "rn1": (order - 1, order - 1)}.items():
            maker.put(f"{alg}-{name}", alg, "signature", {"keys": [good]},
                      f"{head}.{body}.{b64(a.to_bytes(size, 'big') + b.to_bytes(size, 'big'))}")
        if r + order <= most:
            maker.put(f"{alg}-r-again", alg, "signature", {"keys": [good]},
                      f"{head}.{body}.{b64((r + order).to_bytes(size, 'big') + raw[size:])}")
        maker.put(f"{alg}-der", alg, "signature", {"keys": [good]}, f"{head}.{body}.{b64(encode_dss_signature(r, s))}")
        for name, change, want in (
                ("off-curve", {"y": good["x"]}, "key-point"),
                ("origin", {"x": b64(bytes(size)), "y": b64(bytes(size))}, "key-point"),
                ("x-long", {"x": b64(b"\0" + unb64(good["x"]))}, "key-length"),
                ("x-short", {"x": b64(unb64(good["x"])[1:])}, "key-length"),
                ("no-y", {"y": None}, "key-member"), ("y-number", {"y": 1}, "key-member"),
                ("y-list", {"y": [good["y"]]}, "key-member"), ("crv-case", {"crv": good["crv"].lower()}, "other-alg")):
            maker.put(f"{alg}-key-{name}", alg, want, {"keys": [{k: v for k, v in {**good, "kid": None, **change}.items() if v is not None}]},
                      f"{head}.{body}.{sig}")


def claims(maker):
    key = new_key("ES256")
    jwks = {"keys": [public(key)]}
    api, issuer = "--audience api", "--issuer https://issuer.example"
    for name, change, want, arguments in (
            ("plain", {}, "ok", f"{api} {issuer}"),
            ("aud-list", {"aud": ["web", "api"]}, "ok", api),
            ("aud-twice", {"aud": ["api", "api"]}, "ok", api),
            ("aud-mixed", {"aud": [1, "api"]}, "aud", api),
            ("aud-mixed-any", {"aud": ["api", None]}, "aud", ""),
            ("aud-nested", {"aud": [["api"]]}, "aud", api),
            ("aud-object", {"aud": {"api": "api"}}, "aud", api),
            ("aud-none", {"aud": None}, "aud", api),
            ("aud-empty", {"aud": []}, "aud", api),
            ("aud-case", {"aud": "API"}, "aud", api),
            ("aud-part", {"aud": "api2"}, "aud", api),
            ("aud-space", {"aud": "api "}, "aud", api),
            ("aud-joined", {"aud": "web,api"}, "aud", "--audience web,api"),
            ("aud-missing", {"aud": ...}, "aud", api),
            ("iss-missing", {"iss": ...}, "iss", issuer),
            ("iss-list", {"iss": ["https://issuer.example"]}, "iss", issuer),
            ("iss-slash", {"iss": "https://issuer.example/"}, "iss", issuer),
            ("iss-nul", {"iss": "https://issuer.example\0"}, "iss", issuer),
            ("sub-list", {"sub": ["a"]}, "sub", ""), ("sub-object", {"sub": {}}, "sub", ""),
            ("sub-nul", {"sub": "a\0b"}, "sub", ""),
            ("exp-negative", {"exp": -1}, "expired", ""), ("exp-zero", {"exp": 0}, "expired", ""),
            ("exp-fraction", {"exp": NOW - 301.5}, "expired", ""), ("exp-bool", {"exp": True}, "exp", ""),
            ("exp-null", {"exp": None}, "exp", ""), ("exp-list", {"exp": [NOW + 600]}, "exp", ""),
            ("exp-object", {"exp": {}}, "exp", ""), ("exp-2-63", {"exp": 2**63}, "exp", ""),
            ("exp-2-63-1", {"exp": 2**63 - 1}, "ok", ""), ("exp-1e300", {"exp": 1e300}, "exp", ""),
            ("exp-minus-2-64", {"exp": -2**64}, "exp", ""), ("exp-ms", {"exp": (NOW + 600) * 1000}, "ok", ""),
            ("exp-leeway", {"exp": NOW - 200}, "ok", ""), ("exp-no-leeway", {"exp": NOW - 200}, "expired", "--leeway 0"),
            ("iat-text", {"iat": str(NOW)}, "iat", ""), ("iat-huge", {"iat": 2**62}, "future", ""),
            ("iat-negative", {"iat": -2**62}, "ok", ""), ("iat-ms", {"iat": NOW * 1000}, "future", ""),
            ("nbf-text", {"nbf": "now"}, "nbf", ""), ("nbf-huge", {"nbf": 9e18}, "nbf", ""),
            ("nbf-null", {"nbf": None}, "nbf", ""), ("nbf-ahead", {"nbf": NOW + 3600}, "early", ""),
            ("nbf-leeway", {"nbf": NOW + 200}, "ok", "")):
        payload = {k: v for k, v in {**CLAIMS, **change}.items() if v is not ...}
        maker.put(f"claims-{name}", "ES256", want, jwks, by_jwcrypto(key, "ES256", payload=payload), arguments)


def sets(maker):
    key, rsa = new_key("ES256"), rsa_key(False)
    token, good = by_jwcrypto(key, "ES256"), public(key, kid="k")
    pkcs = by_jwcrypto(rsa, "RS256")
    one = dict(public(rsa), kid="k")
    most = 1 << 16384
    for name, jwks, jwt, alg, want in (
            ("same-kid", [good, one], token, "ES256", "ok"),
            ("same-kid-rsa", [good, one], pkcs, "RS256", "ok"),
            ("same-kid-twice", [good, public(new_key("ES256"), kid="k")], token, "ES256", "ambiguous"),
            ("same-key-twice", [good, good], token, "ES256", "ambiguous"),
            ("hundred", [good] + [public(key, kid=str(i)) for i in range(99)], token, "ES256", "ok"),
            ("hundred-and-one", [good] + [public(key, kid=str(i)) for i in range(100)], token, "ES256", "keys"),
            ("deep", [good, json.loads("[" * 200 + "]" * 200)], token, "ES256", "keys"),
            ("long-member", [dict(good, x5c=["A" * 400000])], token, "ES256", "ok"),
            ("too-long", [dict(good, x5c=["A" * 600000])], token, "ES256", "keys"),
            ("huge-modulus", [dict(one, n=b64((most + 1).to_bytes(2049, "big")))], pkcs, "RS256", "key-modulus-long"),
            ("huge-exponent", [dict(one, e=b64((most + 1).to_bytes(2049, "big")))], pkcs, "RS256", "key-exponent"),
            ("exponent-zero", [dict(one, e="AA")], pkcs, "RS256", "key-leading-zero"),
            ("product-of-small", [dict(one, n=b64((3 ** 1300).to_bytes(258, "big")))], pkcs, "RS256", "key-modulus"),
            ("square", [dict(one, n=b64(((2**1279 - 1) ** 2).to_bytes(320, "big")))], pkcs, "RS256", "key-modulus")):
        maker.put(f"sets-{name}", alg, want, {"keys": jwks}, jwt)
    for name, jwks in (("list", [good]), ("text", "keys"), ("number", 7), ("none", None), ("keys-object", {"keys": {"0": good}}),
                       ("keys-none", {"keys": None}), ("no-keys", {"key": [good]})):
        maker.put(f"sets-{name}", "ES256", "keys", jwks, token)


def main():
    maker = Maker(sys.argv[1])
    for part in (pkcs1, pss, curves, claims, sets):
        part(maker)


main()
