"""The view of documents: the week's sheet, the month's report, papers for a meeting, and every file made for others."""

from __future__ import annotations

from chaingraph.desk import runs
from chaingraph.desk.desk import Answer, Asked, Page, Sent, Went
from chaingraph.desk.log import has_ledger, opened
from chaingraph.desk.views.leads import chains_of
from chaingraph.errors import ChaingraphError
from chaingraph.ledger.work.log import lead_in_work, leads_in_work
from chaingraph.writers.work import INVESTOR

_OFFICE = "application/vnd.openxmlformats-officedocument."
_TYPES = {
    ".xlsx": f"{_OFFICE}spreadsheetml.sheet",
    ".docx": f"{_OFFICE}wordprocessingml.document",
    ".pptx": f"{_OFFICE}presentationml.presentation",
    ".pdf": "application/pdf",
}
# The commands that make a document, and what theirs is written as.
_ENDINGS = {
    "week": ".xlsx", "month": ".docx", "talk": ".docx", "first-report": ".docx", "trip": ".docx", "slides": ".pptx",
    "investor": ".pdf",
}  # fmt: skip
_OF_THE_CASE = ("trip", "slides", "investor")
_NAME = 60  # characters of a name in the name of a file


def papers(asked: Asked) -> list[str]:
    """The files that were made for others, the newest folder first, as paths inside the folder of papers."""
    home = asked.desk.papers
    found = (
        [path for path in home.rglob("*") if path.is_file() and not path.name.startswith(".")] if home.is_dir() else []
    )
    return [
        path.relative_to(home).as_posix()
        for path in sorted(found, key=lambda path: (-path.parent.stat().st_mtime, path.name))
    ]


def look(asked: Asked) -> Answer:
    """What can be made, what is being made, and what was."""
    live = []
    if has_ledger(asked):
        with opened(asked) as ledger:
            live = [(lead.lead_id, lead.firm) for lead in leads_in_work(ledger) if lead.live]
    return Page(
        "papers.html",
        {
            "there": has_ledger(asked),
            "chains": chains_of(asked),
            "languages": [(code, asked.say(f"language_{code}")) for code in INVESTOR],
            "leads": live,
            "month": asked.desk.today[:7],
            "work": runs.work_of(asked.desk, "document"),
            "files": papers(asked),
            "folder": str(asked.desk.papers),
        },
    )


def make(asked: Asked, kind: str) -> Answer:
    """Begin to make a document: the command that is typed elsewhere."""
    if kind not in _ENDINGS:
        raise ChaingraphError(asked.say("no_act"))
    if kind not in _OF_THE_CASE and not has_ledger(asked):
        raise ChaingraphError(asked.say("no_ledger"))
    asked.desk.papers.mkdir(parents=True, exist_ok=True)
    about, options, subject = _of_the_case(asked, kind) if kind in _OF_THE_CASE else _of_the_log(asked, kind)
    plain = "".join(letter for letter in about if letter.isalnum() or letter in "-_")[:_NAME]
    place = asked.desk.papers / f"{asked.say('paper_' + kind.replace('-', '_'))}_{plain}{_ENDINGS[kind]}"
    end = ["--out", str(place), "--lang", asked.lang, "--", *subject]  # an id that begins like an option is none
    runs.begin(asked.desk, "document", ["document", kind, *options, *end])
    return Went("/papers")


def _of_the_log(asked: Asked, kind: str) -> tuple[str, list[str], list[str]]:
    """What a document of the log is about, its options, and what the command is given."""
    desk, subject, by = asked.desk, [str(asked.desk.ledger)], asked.signed["by"]
    if kind == "month":
        month = asked.form.get("month", "")
        return month, ["--month", month, "--city", asked.region, "--by", by, "--case", str(desk.case)], subject
    if kind == "week":
        return desk.today, ["--as-of", desk.today, "--by", by, "--case", str(desk.case)], subject
    with opened(asked) as ledger:
        lead = lead_in_work(ledger, asked.form.get("lead", ""))
    if kind == "talk":
        more = ["--region", asked.region, "--case", str(desk.case)]
    else:
        place = asked.form.get("place", "").strip() or asked.region
        more = ["--place", place, "--by", by, "--case", str(desk.case)]
    return f"{lead.firm}_{desk.today}", ["--as-of", desk.today, *more], [*subject, lead.lead_id]


def _of_the_case(asked: Asked, kind: str) -> tuple[str, list[str], list[str]]:
    """Likewise of a document that the lists are written into."""
    desk, options = asked.desk, ["--region", asked.region]
    if kind == "trip":
        city, days = asked.form.get("city", "").strip(), asked.form.get("days", "1")
        options += ["--city", city, "--days", days, "--as-of", desk.today]
        options += ["--ledger", str(desk.ledger)] if has_ledger(asked) else []
        return f"{city}_{desk.today}", options, [str(desk.case)]
    chain = asked.form.get("chain", "")
    options += ["--chain", chain]
    if kind == "investor":
        language = asked.form.get("language", INVESTOR[0])
        options += ["--language", language, "--office", asked.signed["by"], "--as-of", desk.today]
        english = desk.chosen()["office_en"]
        options += ["--office-en", english] if english else []
        return f"{chain}_{language}_{desk.today}", options, [str(desk.case)]
    options += ["--ledger", str(desk.ledger)] if has_ledger(asked) else []
    return f"{chain}_{desk.today}", [*options, "--as-of", desk.today], [str(desk.case)]


def paper(asked: Asked, name: str) -> Answer:
    """A file that was made for others."""
    if name not in papers(asked):
        raise ChaingraphError(asked.say("no_file", name=name[:60]))
    path = asked.desk.papers / name
    return Sent(path.read_bytes(), _TYPES.get(path.suffix.lower(), "application/octet-stream"), path.name)
