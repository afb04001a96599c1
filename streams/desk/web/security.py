"""Headers of every response, and the hosts that the desk accepts.

The policy lets a browser load only the desk's own files: a script in an article's text
would not run even if it were not escaped.
"""

from __future__ import annotations

from collections.abc import Collection
from ipaddress import ip_address

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
# Kubernetes and Prometheus ask for these by a pod's address. They say nothing of any article.
_OF_ANY_HOST = frozenset({"/livez", "/readyz", "/metrics"})


class SecurityHeaders:
    """Adds the headers, and rejects requests for other hosts.

    Otherwise another site could point its own name to 127.0.0.1, and read the desk
    through its visitor's browser.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str] | None) -> None:
        self._app, self._hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As in ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        host = host_name(Headers(scope=scope).get("host", ""))
        asked_by_people = scope["path"] not in _OF_ANY_HOST
        if self._hosts is not None and asked_by_people and not _is_allowed(host, self._hosts):
            answer = PlainTextResponse(
                f"This desk does not go by the name {host!r}: start it with --allow-host.\n", 421
            )
            await answer(scope, receive, send_with_headers)
            return
        await self._app(scope, receive, send_with_headers)


def host_name(header: str) -> str:
    """The host of a Host header, without its port and brackets."""
    if header.startswith("["):
        return header[1:].partition("]")[0]
    return header.rpartition(":")[0] if ":" in header else header


def _is_allowed(host: str, hosts: Collection[str]) -> bool:
    return host.lower() in hosts or is_loopback(host)


def is_loopback(host: str) -> bool:
    """Whether an address or a name is this machine's own."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
