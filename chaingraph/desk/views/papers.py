"""The view of documents: the week's sheet, the month's report, papers for a meeting, and every file made for others."""

from __future__ import annotations

from chaingraph.desk import runs
from chaingraph.desk.desk import Answer, Asked, Page, Sent, Went
from chaingraph.desk.log import has_ledger, opened
from chaingraph.errors import ChaingraphError
from chaingraph.ledger.work.log import lead_in_work, leads_in_work

_OFFICE = "application/vnd.openxmlformats-officedocument."
_TYPES = {
    ".xlsx": f"{_OFFICE}spreadsheetml.sheet",
    ".docx": f"{_OFFICE}wordprocessingml.document",
    ".pptx": f"{_OFFICE}presentationml.presentation",
    ".pdf": "application/pdf",
}
# The commands that make a document, and what theirs is written as.
_ENDINGS = {"week": ".xlsx", "month": ".docx", "talk": ".docx", "first-report": ".docx"}
_NAME = 40  # characters of a name in the name of a file


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
    signed, desk = asked.signed, asked.desk
    if not has_ledger(asked):
        raise ChaingraphError(asked.say("no_ledger"))
    arguments, subject = ["document", kind], [str(desk.ledger)]
    about = desk.today
    if kind == "month":
        about = asked.form.get("month", "")
        arguments += ["--month", about, "--city", asked.region, "--by", signed["by"]]
    elif kind != "week":
        with opened(asked) as ledger:
            lead = lead_in_work(ledger, asked.form.get("lead", ""))
        about = f"{''.join(letter for letter in lead.firm if letter.isalnum())[:_NAME]}_{desk.today}"
        subject.append(lead.lead_id)
    if kind == "talk":
        arguments += ["--region", asked.region]
    if kind == "first-report":
        arguments += ["--place", asked.form.get("place", "").strip() or asked.region, "--by", signed["by"]]
    else:
        arguments += ["--case", str(desk.case)]
    if kind != "month":
        arguments += ["--as-of", desk.today]
    desk.papers.mkdir(parents=True, exist_ok=True)
    place = desk.papers / f"{asked.say('paper_' + kind.replace('-', '_'))}_{about}{_ENDINGS[kind]}"
    arguments += ["--out", str(place), "--lang", asked.lang]
    runs.begin(desk, "document", [*arguments, "--", *subject])  # an id that begins like an option is none
    return Went("/papers")


def paper(asked: Asked, name: str) -> Answer:
    """A file that was made for others."""
    if name not in papers(asked):
        raise ChaingraphError(asked.say("no_file", name=name[:60]))
    path = asked.desk.papers / name
    return Sent(path.read_bytes(), _TYPES.get(path.suffix.lower(), "application/octet-stream"), path.name)
