"""Hostile questions in SQL: no file read or written, no secret told, bounded time and rows."""

from __future__ import annotations

import random
import shutil
import time

from attack_ground import fresh

OUTSIDE = (
    "SELECT * FROM read_text('{f}')", "SELECT * FROM read_csv('{f}')", "SELECT * FROM read_blob('{f}')",
    "SELECT * FROM '{f}'", "FROM '{f}'", "SELECT * FROM glob('{d}/*')", "SELECT * FROM sniff_csv('{f}')",
    "SELECT * FROM read_json('{f}')", "SELECT * FROM read_parquet('{f}')", "SELECT * FROM read_ndjson_auto('{f}')",
    "SELECT * FROM query('SELECT * FROM read_text(''{f}'')')", "SELECT * FROM query_table('{f}')",
    "COPY firms TO '{d}/x.csv'", "COPY (SELECT 1) TO '{d}/x.csv'", "EXPORT DATABASE '{d}/x'", "ATTACH '{d}/x.db'",
    "SELECT 1; COPY firms TO '{d}/x.csv'", "INSTALL httpfs", "LOAD httpfs", "INSTALL sqlite", "SET memory_limit='99GB'",
    "SET enable_external_access = true", "RESET lock_configuration", "PRAGMA database_list", "PRAGMA enable_profiling",
    "SELECT * FROM sqlite_scan('{f}', 'x')", "SELECT * FROM read_csv('http://127.0.0.1:9/x')", "CREATE TABLE t(a INT)",
    "CREATE MACRO f(a) AS a", "CREATE SECRET (TYPE S3)", "DELETE FROM firms", "UPDATE firms SET firm = 'x'",
    "DROP TABLE firms", "WITH x AS (DELETE FROM firms RETURNING *) SELECT * FROM x", "INSERT INTO firms VALUES (1)",
    "SELECT getenv('HOME')", "SELECT * FROM duckdb_secrets()", "SELECT * FROM duckdb_settings()",
    "CALL pragma_version()",
    "SELECT current_setting('temp_directory')", "SELECT * FROM pragma_database_list()", "CHECKPOINT", "VACUUM",
    "BEGIN; SELECT 1", "PREPARE p AS SELECT 1", "EXECUTE p", "EXPLAIN ANALYZE SELECT 1", "USE memory", "DETACH memory",
    "", ";", "--", "/*", "SELECT", "SELECT '", "SELECT \"", "SELECT \x07", "SELECT '\udcff'",
    "SELECT '甲\u202e' AS \"\u202e\"",
    "(" * 3000, "SELECT " + "1+" * 3000 + "1", "SELECT 1 AS a, 2 AS A", "SELECT * FROM firms, firms",
    "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE (a.range * b.range) % 7 = 3",
    "SELECT repeat('x', 1000000) FROM range(9000)", "SELECT repeat('x', 4000000000)", "SELECT * FROM range(9000000)",
    "SELECT list(a.i) FROM range(30000) a(i), range(30000) b(i)",
    "SELECT DISTINCT repeat(i::VARCHAR, 40) FROM range(900000000) r(i)",
    "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r",
    "SELECT regexp_matches(repeat('a', 40), '(a+)+b')", "SELECT '=1+1' AS \"=1+1\"",
)  # fmt: skip


def questions(_chance: random.Random, number: int) -> None:
    """The next hostile question: an answer or a refusal, in bounded time; no secret, no file, no change."""
    from chaingraph.engines.analyst import Limits, ask
    from chaingraph.errors import ChaingraphError
    from tests.toy import toy_tables

    place = fresh()
    (place / "secret.csv").write_text("a\nhidden-value\n", encoding="utf-8")
    question = OUTSIDE[number % len(OUTSIDE)].replace("{f}", str(place / "secret.csv")).replace("{d}", str(place))
    began = time.monotonic()
    try:
        answer = ask(toy_tables(), question, lang="en", limits=Limits(rows=1000, seconds=5, memory_mb=300))
    except ChaingraphError as error:
        told = str(error)
    else:
        told = answer.rows.head(50).to_string()
        assert len(answer.rows) <= 1000
    assert "hidden-value" not in told, question
    assert time.monotonic() - began < 60, question
    assert [path.name for path in place.iterdir()] == ["secret.csv"], question
    shutil.rmtree(place)
