"""OpenID Connect: authorization code with PKCE through Authlib, ID tokens checked with joserfc."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import httpx2
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key, KeySet

from service.web.deps import Claims

ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]  # never «none», never a shared secret
LEEWAY = timedelta(minutes=1)
TIMEOUT_SECONDS = 10
# methods by which people were authenticated (RFC 8176): several factors, a one-time code, a key in hardware
FACTORS = frozenset({"mfa", "otp", "hwk"})
# what comes of a provider that is away or answers oddly; Authlib speaks through httpx2
NO_ANSWER = (
    httpx.HTTPError, httpx.InvalidURL, httpx2.HTTPError, httpx2.InvalidURL, OAuthError, JoseError, KeyError, ValueError,
    TypeError, AttributeError,
)  # fmt: skip
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class OidcProvider:
    """One provider; its configuration is read from it at each log-in, so that a change of its keys is no outage.

    Attributes:
        issuer: https, or loopback in tests.
        label: what the link on the log-in page says.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    label: str

    def begin(self, *, state: str, nonce: str, verifier: str, redirect: str) -> str | None:
        """The address at the provider where the person is sent; None where it does not answer as it should."""
        try:
            with self._client(redirect) as client:
                endpoint = self._configuration()["authorization_endpoint"]
                url, _ = client.create_authorization_url(endpoint, state=state, nonce=nonce, code_verifier=verifier)
        except NO_ANSWER:
            return None
        return str(url)

    def finish(self, *, code: str, nonce: str, verifier: str, redirect: str, now: datetime) -> Claims | None:
        """Who came back; None where the provider does not answer as it should, its token is not for us or not fresh,
        or it does not vouch for the e-mail address."""
        try:
            known = self._configuration()
            with self._client(redirect) as client:
                answer = client.fetch_token(
                    known["token_endpoint"], code=code, code_verifier=verifier, grant_type="authorization_code"
                )
            keys = _key_set(_get(known["jwks_uri"]))
            claims = jwt.decode(str(answer["id_token"]), keys, algorithms=ALGORITHMS).claims
            self._check(claims, nonce, now)
        except NO_ANSWER:
            return None
        if claims.get("email_verified") is not True or not isinstance(claims.get("email"), str):
            return None
        return Claims(
            issuer=self.issuer, subject=str(claims["sub"]), email=claims["email"],
            second_factor=_asked_for_a_factor(claims.get("amr")),
        )  # fmt: skip

    def _check(self, claims: dict[str, Any], nonce: str, now: datetime) -> None:
        registry = jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=int(LEEWAY.total_seconds()),
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self.client_id},
            sub={"essential": True},
            exp={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        registry.validate(claims)
        if claims.get("azp", self.client_id) != self.client_id:
            raise ValueError("the token was made for another client")

    def _configuration(self) -> dict[str, Any]:
        found: dict[str, Any] = _get(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
        if found.get("issuer") != self.issuer:
            raise ValueError("the provider says it is another issuer")
        return found

    def _client(self, redirect: str) -> OAuth2Client:
        return OAuth2Client(
            client_id=self.client_id,
            client_secret=self.client_secret or None,
            token_endpoint_auth_method="client_secret_basic" if self.client_secret else "none",
            scope="openid email",
            redirect_uri=redirect,
            code_challenge_method="S256",
            timeout=TIMEOUT_SECONDS,
        )


def _key_set(document: Any) -> KeySet:
    """The keys of a set that are understood; the others are passed over (RFC 7517, section 5)."""
    keys: list[Key] = []
    for key in document["keys"]:
        with suppress(JoseError, KeyError, ValueError, TypeError):
            keys.append(JWKRegistry.import_key(key))
    return KeySet(keys)


def _asked_for_a_factor(amr: object) -> bool:
    """What `acr` says is each provider's own; `amr` has names that all of them share."""
    return isinstance(amr, list) and any(isinstance(method, str) and method in FACTORS for method in amr)


def safe_issuer(issuer: str) -> bool:
    """Whether what is read from it cannot be changed on the way: https, or this machine."""
    parts = urlsplit(issuer)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


def _get(url: str) -> Any:
    if not safe_issuer(url):
        raise ValueError(f"expected an https address, found {url[:100]!r}")
    answer = httpx.get(url, timeout=TIMEOUT_SECONDS, follow_redirects=False)
    answer.raise_for_status()
    return answer.json()
