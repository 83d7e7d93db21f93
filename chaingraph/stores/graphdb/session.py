"""Speaking with a Neo4j server: the connection, and what its errors mean to a user."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from chaingraph.errors import MissingExtraError, StoreError
from chaingraph.labels import both
from chaingraph.stores.graphdb.shape import refuse, say

if TYPE_CHECKING:
    from neo4j import Driver

_SCHEMES = {f"{name}{encrypted}" for name in ("neo4j", "bolt") for encrypted in ("", "+s", "+ssc")}
RETRY_SECONDS = 30.0  # how long the driver repeats a transaction that met a deadlock or a server coming back
_OUT_OF_MEMORY = ("TransactionOutOfMemoryError", "MemoryPoolOutOfMemoryError")
_READ_ONLY = ("WriteOnReadOnlyAccessDatabase", "ReadOnly", "NotALeader", "Forbidden")
# What the last part of a server's error code means; first match counts.
_MEANINGS = (
    (("Unauthorized", "TokenExpired", "CredentialsExpired"), "wrong_password"),
    (("AuthenticationRateLimit",), "rate_limit"),
    (("DatabaseNotFound",), "no_database"),
    (_READ_ONLY, "read_only"),
    (_OUT_OF_MEMORY, "memory"),
    (("TransactionTimedOut", "TransactionTimedOutClientConfiguration", "LockClientStopped"), "timed_out"),
)


@contextmanager
def connect(uri: str, user: str | None, password: str | None, database: str) -> Iterator[Driver]:
    """A driver whose server answered; every error of the server or the driver in the block becomes a StoreError.

    ``user`` and ``password`` not given are read from NEO4J_USER (else ``neo4j``) and NEO4J_PASSWORD.
    """
    try:
        import neo4j
    except ImportError as error:
        raise MissingExtraError(both("neo4j.extra", missing=str(error.name or error))) from error
    user = user or os.environ.get("NEO4J_USER") or "neo4j"
    password = password or os.environ.get("NEO4J_PASSWORD") or ""
    if not password:
        refuse("no_password")
    if urlsplit(uri).scheme not in _SCHEMES:  # the driver takes http too, with a library of its own and other answers
        refuse("bad_uri", uri=repr(uri))
    try:
        driver = neo4j.GraphDatabase.driver(
            uri,
            auth=(user, password),
            connection_timeout=10,
            liveness_check_timeout=30,
            max_transaction_retry_time=RETRY_SECONDS,
            notifications_min_severity="OFF",  # an empty database warns about every label it does not know yet
            user_agent="chaingraph",
        )
    except ImportError as error:  # of a library that the driver loads late
        raise MissingExtraError(both("neo4j.extra", missing=str(error.name or error))) from error
    except (neo4j.exceptions.DriverError, ValueError) as error:
        raise StoreError(say("bad_uri", uri=repr(uri))) from error
    with driver:
        try:
            driver.verify_connectivity()
        except (neo4j.exceptions.ServiceUnavailable, OSError) as error:
            raise StoreError(say("unreachable", uri=uri, error=_line(error))) from error
        except (neo4j.exceptions.DriverError, neo4j.exceptions.Neo4jError) as error:
            raise StoreError(meaning(error, uri, user, database)) from error
        try:
            yield driver
        except (neo4j.exceptions.DriverError, neo4j.exceptions.Neo4jError, OSError) as error:
            raise StoreError(meaning(error, uri, user, database)) from error


def meaning(error: Exception, uri: str, user: str, database: str) -> str:
    """What an error of the server or the driver means to a user, and what to do."""
    from neo4j.exceptions import ConstraintError, ServiceUnavailable, SessionExpired

    if isinstance(error, (ServiceUnavailable, SessionExpired, OSError)):
        return say("broken_off", uri=uri, error=_line(error))
    if isinstance(error, ConstraintError):
        return say("constraint", error=_line(error))
    last = code(error).rpartition(".")[2]
    for names, key in _MEANINGS:
        if last in names:
            return say(key, uri=uri, user=user, database=database, error=_line(error))
    return say("server_error", uri=uri, code=code(error) or type(error).__name__, error=_line(error))


def code(error: BaseException) -> str:
    """The server's code of an error, empty for the driver's own."""
    return str(getattr(error, "code", None) or "")


def is_out_of_memory(error: BaseException) -> bool:
    """Whether a transaction outgrew the memory that the server grants."""
    return code(error).rpartition(".")[2] in _OUT_OF_MEMORY


def _line(error: BaseException) -> str:
    return " ".join(str(getattr(error, "message", None) or error).split())[:300]
