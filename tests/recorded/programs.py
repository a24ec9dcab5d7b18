# SPDX-License-Identifier: ISC
"""Our programs, run as CGI programs with the settings that make them the recorded server."""
import os
import re
import subprocess

from mapping import SECRETS
from recording import Message

BIN = os.environ["BIN"]
WRAP = os.environ.get("WRAP", "").split()
PROGRAMS = ["signup", "signin", "session", "account", "jwks"]

PLAIN = {"PROFILE_GATE": "off", "PASSWORD_HASH": "scrypt", "RATE_LIMIT": "off", "POSTURE": "parity",
         "QUESTIONNAIRE": os.environ["srcdir"] + "/share/questionnaire.json",
         "RESET_ENDS_SESSIONS": "off", "LOG_LEVEL": "warn", "POSTERN_CONF": "/dev/null",
         "BETTER_AUTH_SECRET": SECRETS[0], "BETTER_AUTH_URL": "http://localhost:4101",
         "BETTER_AUTH_TRUSTED_ORIGINS": "http://localhost:3000", "TRUSTED_PROXIES": "127.0.0.1"}
MIN = {"MAIL": "off", "CHANGE_EMAIL": "off", "DELETE_USER": "off", "PLUGINS": "isAnonymous",
       "BETTER_AUTH_URL": "http://localhost:4112"}
HTTPS = {"BETTER_AUTH_URL": "https://auth.example.com", "BETTER_AUTH_TRUSTED_ORIGINS":
         "https://app.example.com,https://*.example.org,myapp://"}


def at(port, **settings):
    return {"BETTER_AUTH_URL": f"http://localhost:{port}", **settings}


VARIANTS = {
    "dev": {}, "prod": {}, "https": HTTPS, "min": MIN,
    "verif": at(4103, REQUIRE_EMAIL_VERIFICATION="on", VERIFY_ON_SIGN_IN="on",
                SIGN_IN_ON_VERIFICATION="on"),
    "sendup": at(4119, VERIFY_ON_SIGN_UP="on"),
    "xsub": HTTPS | {"COOKIE_DOMAIN": "example.com"},
    "cc_compact": at(4106, COOKIE_CACHE="compact"), "cc_jwt": at(4107, COOKIE_CACHE="jwt"),
    "cc_jwe": at(4108, COOKIE_CACHE="jwe"), "cc_jwks": at(4109, COOKIE_CACHE="jwks"),
    "nosignup": MIN | {"SIGN_UP": "off"}, "nobase": MIN | at(4121),
    "proxied": MIN | {"COOKIE_PREFIX": "myapp", "BETTER_AUTH_URL": "https://localhost:4122"},
    "prodnobase": MIN | {"BETTER_AUTH_URL": "https://localhost:4124"},
    "secrets": at(4113, BETTER_AUTH_SECRETS=f"2:{SECRETS[1]},1:{SECRETS[0]}"),
    "rs256": MIN | at(4114, JWT_ALG="RS256"), "es256": MIN | at(4115, JWT_ALG="ES256"),
    "ps256": MIN | at(4116, JWT_ALG="PS256"),
    "es512": MIN | at(4117, JWT_ALG="ES512", JWT_ISSUER="https://iss.example.com",
                      JWT_AUDIENCE="api", JWT_EXPIRES="3600"),
    "opts": at(4118, AUTO_SIGN_IN="off", RESET_ENDS_SESSIONS="on", SESSION_DEFER_REFRESH="on",
               CHANGE_EMAIL_CONFIRM="on", CHANGE_EMAIL_UNVERIFIED="on", DELETE_USER_CONFIRM="on"),
    "opts2": at(4123, BETTER_AUTH_TRUSTED_ORIGINS="http://localhost:3000,192.168.*.*,*.lan",
                ERROR_URL="http://localhost:3000/oops?x=1"),
    "rldb": {"RATE_LIMIT": "on", "RATE_LIMIT_STORAGE": "database"}, "rlmem": {"RATE_LIMIT": "on"}, "noorigin": MIN,
}


class Programs:
    """Which program owns which path, as they say themselves."""

    def __init__(self, log):
        self.log = log
        self.owners = []
        for name in PROGRAMS:
            if os.access(f"{BIN}/{name}", os.X_OK):
                self.owners += [(self.pattern(line.split()[1]), name) for line in self.routes(name)]

    @staticmethod
    def routes(name):
        return subprocess.run([f"{BIN}/{name}", "--routes"], text=True, check=True,
                              stdout=subprocess.PIPE).stdout.splitlines()

    @staticmethod
    def pattern(path):
        return re.compile(re.sub(r":\w+", "[^/]+", path))

    def owner(self, path):
        return next((name for p, name in self.owners if p.fullmatch(path)), "session")

    def ask(self, request, variant, settings, url):
        """The answer to a request, or None if the program failed."""
        settings = PLAIN | VARIANTS[variant] | settings
        env = os.environ | environment(request, settings["BETTER_AUTH_URL"]) | {
            name: value.replace("$DIR", os.path.dirname(self.log.name))
            for name, value in settings.items()} | {"DATABASE_URL": url}
        done = subprocess.run([*WRAP, f"{BIN}/{self.owner(request.path)}"], env=env,
                              input=request.body.encode(), stdout=subprocess.PIPE, stderr=self.log)
        return None if done.returncode else answer(done.stdout.decode(errors="surrogateescape"))


def environment(request, base):
    """A request as the variables of CGI."""
    path, _, query = request.target.partition("?")
    env = {"REQUEST_METHOD": request.method, "SCRIPT_NAME": path, "QUERY_STRING": query,
           "REQUEST_URI": request.target, "CONTENT_LENGTH": str(len(request.body.encode())),
           "HTTP_USER_AGENT": "peer/1.0", "HTTP_HOST": base.partition("://")[2]}
    for name, value in request.headers:
        variable = name.upper().replace("-", "_")
        env[variable if variable == "CONTENT_TYPE" else "HTTP_" + variable] = value
    # The recorded server takes an address from nowhere else.
    if "HTTP_X_FORWARDED_FOR" in env:
        env["REMOTE_ADDR"] = "127.0.0.1"
    return env


def answer(text):
    head, _, body = text.partition("\r\n\r\n")
    message = Message(body=body)
    for line in head.split("\r\n"):
        name, _, value = line.partition(": ")
        if name == "Status":
            message.first = value
        else:
            message.headers.append((name.lower(), value))
    return message
