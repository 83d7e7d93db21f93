"""The view of the run: maps, gaps and lists as the command ``run`` writes them, made by a button."""

from __future__ import annotations

import json
from pathlib import Path

from chaingraph.desk import runs
from chaingraph.desk.desk import Answer, Asked, Page, Sent, Went
from chaingraph.desk.held import stamp_of
from chaingraph.errors import ChaingraphError
from chaingraph.labels import entries
from chaingraph.writers.publishing import RECORD

_KINDS = {
    ".html": "text/html",
    ".csv": "text/csv",
    ".json": "application/json",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def _record(out: Path) -> dict[str, object]:
    try:
        held = json.loads((out / RECORD).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return held if isinstance(held, dict) else {}


def _files(out: Path) -> list[str]:
    """The files of the last run that are there, by its own record."""
    named = _record(out).get("files")
    names = [str(name) for name in named] if isinstance(named, dict | list) else []
    return [name for name in names if Path(name).name == name and (out / name).is_file()]


def maps(asked: Asked) -> Answer:
    """The last run and its files, and how the one that goes on is getting on."""
    names = _files(asked.desk.out)
    chains = asked.case["chains"]
    column = "chain_en" if asked.lang == "en" and "chain_en" in chains else "chain"
    pages = [
        (f"{key}.html", str(name))
        for key, name in zip(chains["chain_id"], chains[column].fillna(chains["chain"]), strict=True)
        if f"{key}.html" in names
    ]
    told = entries("cli", asked.lang)
    record = asked.desk.out / RECORD
    newest = max((changed for _, _, changed in stamp_of(asked.desk.case)), default=0)
    return Page(
        "maps.html",
        {
            "work": runs.work_of(asked.desk, "run"),
            "index": "index.html" in names,
            "pages": pages,
            "others": [
                (name, told.get("file_" + name.replace(".", "_"), "")) for name in names if not name.endswith(".html")
            ],
            "old": record.exists() and newest > record.stat().st_mtime_ns,
            "out": str(asked.desk.out),
        },
    )


def begin(asked: Asked) -> Answer:
    """Begin a run: the command that is typed elsewhere, with the ledger where there is one."""
    arguments = ["run", str(asked.desk.case), "--region", asked.region, "--out", str(asked.desk.out)]
    if asked.desk.ledger.exists():
        arguments += ["--ledger", str(asked.desk.ledger)]
    workbook = asked.desk.out / "shortlist.xlsx"
    if workbook.exists():
        arguments += ["--update", str(workbook)]  # what people have written into it stays
    runs.begin(asked.desk, "run", [*arguments, "--lang", asked.lang])
    return Went("/maps")


def end(asked: Asked) -> Answer:
    """End the run that goes on; the files of the last one stay."""
    runs.end(asked.desk, "run")
    return Went("/maps")


def file(asked: Asked, name: str) -> Answer:
    """A file of the last run: pages are shown, others are kept."""
    if name not in (*_files(asked.desk.out), RECORD):
        raise ChaingraphError(asked.say("no_file", name=name[:60]))
    path = asked.desk.out / name
    kind = _KINDS.get(path.suffix.lower(), "application/octet-stream")
    return Sent(path.read_bytes(), kind, "" if kind == "text/html" else name)
