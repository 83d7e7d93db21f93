"""The view of what comes in: files that are dropped, texts that are pasted, what they would add, and taking them in."""

from __future__ import annotations

from chaingraph.desk import inbox
from chaingraph.desk.desk import Answer, Asked, Page, Went
from chaingraph.desk.facts import captions
from chaingraph.errors import ChaingraphError
from chaingraph.model.days import is_date
from chaingraph.reading.xlsx import MEGABYTE


def bring(asked: Asked) -> Answer:
    """Where files are dropped and texts pasted, and what lies in the inbox."""
    held = inbox.all_waiting(asked)
    return Page(
        "bring.html",
        {
            "held": held,
            "suffixes": ",".join(inbox.SUFFIXES),
            "types": " ".join(inbox.SUFFIXES),
            "limit": inbox.MAX_FILE // MEGABYTE,
            "most": inbox.MAX_FILES,
        },
    )


def bring_files(asked: Asked) -> Answer:
    """Keep files that were dropped, and show what they would add."""
    return Went(f"/bring/{inbox.kept(asked, asked.uploads)}")


def bring_text(asked: Asked) -> Answer:
    """Keep a text that was pasted, and show what it says."""
    published = asked.form.get("published", "").strip()
    if published and not (is_date(published) and len(published) == len("2025-06-30")):
        raise ChaingraphError(asked.say("bad_day", value=published[:20]))
    token = inbox.pasted(asked, asked.form.get("text", ""), link=asked.form.get("link", ""), published=published)
    return Went(f"/bring/{token}")


def preview(asked: Asked, token: str) -> Answer:
    """What files would add; nothing is written."""
    held = inbox.waiting(asked, token)
    parts = inbox.parts_of(asked, held)
    return Page(
        "preview.html",
        {
            "waiting": held,
            "parts": [(part, inbox.questions_of(asked, part)) for part in parts],
            "adds": any(part.adds for part in parts),
            "captions": captions(asked.lang),
        },
    )


def take(asked: Asked, token: str) -> Answer:
    """Take files into the case."""
    held = inbox.waiting(asked, token)
    done = inbox.take_in(asked, held)
    versions = [one.version.name for one in done if one.version is not None]
    asked.told(asked.say("taken_in", versions=", ".join(versions)) if versions else asked.say("nothing_new"))
    waiting = sum(len(one.additions.questions) for one in done)
    if waiting:
        asked.told(asked.say("questions_wait", count=waiting))
        return Went(f"/bring/{token}")
    pending = any("firm_signals" in one.additions.new for one in done)
    return Went("/review" if pending else "/history" if versions else "/bring")


def take_as(asked: Asked, token: str) -> Answer:
    """Say what files are."""
    held = inbox.waiting(asked, token)
    inbox.take_for(held, asked.form.get("kind", ""))
    return Went(f"/bring/{token}")


def drop(asked: Asked, token: str) -> Answer:
    """Take files out of the inbox again."""
    inbox.dropped(inbox.waiting(asked, token))
    asked.told(asked.say("dropped"))
    return Went("/bring")
