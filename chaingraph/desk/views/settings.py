"""The view of what the user sets: which office sits here, which region recruits, which language is spoken."""

from __future__ import annotations

from chaingraph.desk.desk import Answer, Asked, Page, Went
from chaingraph.errors import ChaingraphError
from chaingraph.labels import LANGUAGES
from chaingraph.places.regions import region_path

_OFFICE, _OFFICE_EN = 60, 120  # characters


def settings(asked: Asked) -> Answer:
    """The form."""
    return Page("settings.html", {"languages": LANGUAGES})


def choose(asked: Asked) -> Answer:
    """Keep what was set."""
    office, region, english = (asked.form.get(name, "").strip() for name in ("office", "region", "office_en"))
    if not office or len(office) > _OFFICE:
        raise ChaingraphError(asked.say("no_office"))
    if len(english) > _OFFICE_EN or not english.isascii():
        raise ChaingraphError(asked.say("no_office_en"))
    region_path(region)
    asked.desk.choose(office=office, region=region, office_en=english)
    asked.told(asked.say("set"))
    return Went("/")


def speak(asked: Asked) -> Answer:
    """Change the language."""
    if asked.form.get("lang") in LANGUAGES:
        asked.desk.choose(lang=asked.form["lang"])
    return Went(asked.form.get("back", "/") if asked.form.get("back", "/").startswith("/") else "/")
