# SPDX-License-Identifier: ISC
"""Key sets and tokens in the shape of Wycheproof's json_web_signature_test.json and
json_web_key_test.json, under posternctl jwt verify: suite.py POSTERNCTL FILE...

A group has the keys (public, else private), a test the token (jws), what it is (result) and,
in files of ours, the fault that must be named. WRAP is a command to run posternctl under.
"""
import json
import os
import re
import subprocess
import sys
import tempfile

# Where those files contradict RFC 7515, or themselves, by the claim of the test: a token that
# says another algorithm than its key, and characters that are none of base64url.
CONTRADICTIONS = {
    "rfc7520WithKeyOps: Figure20": "the key is for PS256, the token says PS384",
    "rfc7520WithKeyOps: Figure27": "the key is for an algorithm ES521",
    "base64: InvalidCharacterInsertedInHeader": "a question mark in the header",
    "base64: InvalidCharacterInsertedInPayload": "a question mark in the payload",
    "base64: invalidBase64Padding": "the same token is called valid",
    "base64: invalidBase64PaddingInPayload": "the same token is called valid",
}
PATIENCE = 30


def judge(command, keys, token):
    """Exit status and the fault that is named."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as f:
        json.dump(keys, f)
        f.flush()
        done = subprocess.run(command + ["jwt", "verify", "--signature-only", "--jwks", f.name],
                              input=token.encode(), capture_output=True, timeout=PATIENCE, check=False)
    named = re.match(r"posternctl jwt: ([a-z0-9-]+): ", done.stderr.decode(errors="replace"))
    return done.returncode, named and named[1], done.stderr.decode(errors="replace")


def tests_of(path):
    with open(path, encoding="utf-8") as f:
        suite = json.load(f)
    for group in suite["testGroups"]:
        for test in group["tests"]:
            yield f"{group['comment']}: {test['comment']}", group.get("public", group.get("private")), test


def holds(test, status, fault):
    if test["result"] == "acceptable":
        return status == 0 or fault is not None
    if test["result"] == "valid":
        return status == 0
    return status == 1 and fault is not None and fault == test.get("fault", fault)


def main():
    command = os.environ.get("WRAP", "").split() + [sys.argv[1]]
    count = failed = 0
    for path in sys.argv[2:]:
        for name, keys, test in tests_of(path):
            status, fault, said = judge(command, keys, test["jws"])
            good = holds(test, status, fault)
            why = CONTRADICTIONS.get(name)
            count += 1
            failed += not good and why is None
            claim = f"{os.path.basename(path)} {test['tcId']}: {name}: {test['result']}"
            if not good and why:
                print(f"ok {count} - {claim} # SKIP {why}")
                continue
            print(f"{'ok' if good else 'not ok'} {count} - {claim}{f', {fault}' if fault else ''}")
            if not good:
                print(f"# {status} {said.strip()[:400]}")
    print(f"# {count} tests, {failed} failed")
    return failed > 0


sys.exit(main())
