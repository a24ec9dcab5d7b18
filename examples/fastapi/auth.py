# SPDX-License-Identifier: ISC
"""Who is calling: checks the JWT of "Authorization: Bearer ..." with the auth service's public keys.

No database and no call to the auth service per request; the keys are fetched once and kept.
"""
import json
import logging
import os
import threading
import time
import urllib.request
from dataclasses import dataclass
from typing import Optional

import jwt
from fastapi import Depends, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

# The issuer is the public base URL exactly as the auth service has it: no path, no slash at the end.
AUTH_URL = os.environ.get("AUTH_URL", "http://localhost:8080").rstrip("/")
JWKS_URL = os.environ.get("JWKS_URL", AUTH_URL + "/api/auth/jwks")
AUDIENCE = os.environ.get("AUDIENCE", AUTH_URL)

ALGORITHMS = ["EdDSA", "ES256", "RS256"]  # never from the token, never an HMAC: keys here are public
LEEWAY = 30  # seconds two clocks may differ
KEYS_FRESH = 300  # seconds a key set is used without asking again
KEYS_USABLE = 3600  # seconds it is used while the auth service cannot be reached
FETCH_PAUSE = 5  # seconds between fetches, whatever clients send
FETCH_TIMEOUT = 3

log = logging.getLogger("auth")


@dataclass(frozen=True)
class User:
    """What the token says. It was true when the token was made, at most 15 minutes ago."""

    id: str
    name: Optional[str]
    email: Optional[str]
    email_verified: bool
    is_guest: bool
    has_profile: bool


class KeysUnavailable(Exception):
    """There are no keys to check with: our trouble, not the caller's."""


class Keys(jwt.PyJWKClient):
    """PyJWKClient fetches again for every unknown key id, so anybody could make it flood the auth
    service, and one failed fetch makes it forget the keys it has. This one does neither."""

    def __init__(self, url):
        super().__init__(url, cache_keys=False, cache_jwk_set=False)
        self._lock = threading.Lock()
        self._set = None
        self._fetched = self._tried = float("-inf")

    def get_jwk_set(self, refresh=False):
        if refresh or self._age() > KEYS_FRESH:
            self._refresh(wait=refresh or self._age() > KEYS_USABLE)
        if self._age() > KEYS_USABLE:
            raise KeysUnavailable()
        return self._set

    def _age(self):
        return time.monotonic() - self._fetched

    def _refresh(self, wait):
        # One thread fetches. Those that have usable keys meanwhile go on with them.
        if not self._lock.acquire(blocking=wait):
            return
        try:
            if time.monotonic() - self._tried >= FETCH_PAUSE:
                self._tried = time.monotonic()
                self._fetch()
        finally:
            self._lock.release()

    def _fetch(self):
        try:
            with urllib.request.urlopen(self.uri, timeout=FETCH_TIMEOUT) as answer:
                self._set = jwt.PyJWKSet.from_dict(json.load(answer))
            self._fetched = time.monotonic()
        except Exception as e:  # network, HTTP status, not JSON, no usable key
            log.warning("no keys from %s: %s", self.uri, e)


keys = Keys(JWKS_URL)
bearer = HTTPBearer(auto_error=False)  # its own error would be a 403 on some versions


def unauthorized(detail, challenge="Bearer"):
    return HTTPException(401, detail, {"WWW-Authenticate": challenge})


def verify(token):
    """The claims of a valid token; raises anything for any other."""
    kid = jwt.get_unverified_header(token).get("kid")
    if kid is None:  # some versions of PyJWT would try the only key
        raise jwt.InvalidTokenError("no kid")
    key = keys.get_signing_key(kid)
    claims = jwt.decode(token, key.key, algorithms=ALGORITHMS, audience=AUDIENCE, issuer=AUTH_URL,
                        leeway=LEEWAY, options={"require": ["exp", "iat", "sub"]})
    if not isinstance(claims["sub"], str) or not claims["sub"]:
        raise jwt.InvalidTokenError("sub")
    return claims


# Plain "def": FastAPI runs it in a thread, so a fetch of the keys does not block the event loop.
def get_current_user(credentials: Optional[HTTPAuthorizationCredentials] = Depends(bearer)) -> User:
    """Dependency: anybody with a valid token, guests too."""
    if credentials is None:
        raise unauthorized("Authentication required")
    try:
        claims = verify(credentials.credentials)
    except KeysUnavailable:
        raise HTTPException(503, "Cannot check tokens now", {"Retry-After": str(FETCH_PAUSE)})
    except Exception as e:  # PyJWT lets TypeError and others through for odd tokens: never a 500
        log.info("token refused: %s: %s", type(e).__name__, e)
        raise unauthorized("Invalid token", 'Bearer error="invalid_token"')
    return User(id=claims["sub"], name=claims.get("name"), email=claims.get("email"),
                email_verified=claims.get("emailVerified") is True,
                is_guest=claims.get("isAnonymous") is True,
                has_profile=claims.get("hasProfile") is True)


def get_member(user: User = Depends(get_current_user)) -> User:
    """Dependency: somebody who has signed up."""
    if user.is_guest:
        raise HTTPException(403, "Please sign up")
    return user


def get_member_with_profile(user: User = Depends(get_member)) -> User:
    """Dependency: a member who has answered the questionnaire."""
    if not user.has_profile:
        raise HTTPException(403, "Please complete your profile")
    return user
