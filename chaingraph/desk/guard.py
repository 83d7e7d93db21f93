"""Who may ask the desk for anything: the browser of the user it was opened for, from a page of the desk itself.

The desk listens on 127.0.0.1 alone, but every program of the machine can reach that, and every page of the web can make
a browser ask it. So each request has to name the desk as its host (a name that was turned to 127.0.0.1 does not), know
the secret part of the address, bring the cookie that only the secret gives, and come from no other page; what changes
anything has to come from a page of the desk. The cookie is bound to the secret part of the address: cookies are shared
between all ports of a machine, and another program there is never asked for that part.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping

from chaingraph.desk.home import Door

COOKIE = "chaingraph_desk"
_OWN = ("same-origin", "none")  # none: typed, or opened by the user


def same(one: str, other: str) -> bool:
    """Whether two secrets are one, in a time that does not tell how much of them is."""
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode("utf-8", "replace"))


def refusal(door: Door, method: str, path: str, headers: Mapping[str, str], cookie: str) -> int:
    """Why a request is refused, as the status it is answered with; 0 where it is not.

    Parameters
    ----------
    door
        How this desk is reached.
    method, path, headers
        Of the request; header names in lower case.
    cookie
        The value of `COOKIE`; empty where there is none.
    """
    if headers.get("host", "") != f"127.0.0.1:{door.port}":
        return 421
    place, _, rest = path.removeprefix("/").partition("/")
    if not same(place, door.place):
        return 404
    if method not in ("GET", "POST"):
        return 405
    if method == "GET" and rest.startswith("open/"):
        return 0 if same(rest.removeprefix("open/"), door.secret) else 403
    if headers.get("sec-fetch-site", "none") not in _OWN or not same(cookie, door.secret):
        return 403
    if method == "POST" and (
        headers.get("origin", "") != door.origin or headers.get("sec-fetch-site", "same-origin") != "same-origin"
    ):
        return 403
    return 0


def answer_headers(door: Door) -> dict[str, str]:
    """What every answer says: nothing is loaded from elsewhere, kept, framed, or taken for something that it is not."""
    own = f"{door.origin}/{door.place}"
    return {
        "Content-Security-Policy": (
            f"default-src 'none'; script-src {own}/desk.js; style-src {own}/desk.css; img-src data:; "
            f"connect-src {own}/; form-action {own}/; base-uri 'none'; frame-ancestors 'none'"
        ),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
        "Cache-Control": "no-store",
    }


# The pages of a run carry their own policy, by hashes; beside it they may ask for nothing and send nothing.
RUN_POLICY = "connect-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
