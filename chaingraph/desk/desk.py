"""What the desk's pages are made of: the desk itself, what a browser asks, and what it is answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from chaingraph.desk.held import Held
from chaingraph.desk.home import read_json, write_json
from chaingraph.errors import ChaingraphError
from chaingraph.labels import LANGUAGES, text
from chaingraph.model.case import Case
from chaingraph.places.regions import region_path


@dataclass(frozen=True)
class Desk:
    """One case on one person's desk.

    ``now`` tells the moment (``YYYY-MM-DDTHH:MM``); the desk has no clock of its own. ``said`` holds what is to be told
    on the next page.
    """

    case: Path
    out: Path
    ledger: Path
    papers: Path  # folder of what is made for others: workbooks of the round, documents
    home: Path
    now: Callable[[], str]
    first: Mapping[str, str] = field(default_factory=dict)  # what stands where nobody has chosen: lang, region
    rules: str = ""  # of the ledger; empty: those that it notes, else those of the region
    held: Held = field(default_factory=Held)
    said: list[tuple[str, str]] = field(default_factory=list)

    @property
    def today(self) -> str:
        """The day."""
        return self.now()[:10]

    def chosen(self) -> Mapping[str, str]:
        """What the user has set: office, its English name, region, lang; empty where not."""
        kept = read_json(self.home / "settings.json")
        chosen = {name: str(value) for name, value in kept.items() if isinstance(value, str) and value}
        return {"office": "", "office_en": "", "region": "", "lang": LANGUAGES[0]} | dict(self.first) | chosen

    def choose(self, **values: str) -> None:
        """Keep what the user sets."""
        write_json(self.home / "settings.json", {**read_json(self.home / "settings.json"), **values})


@dataclass(frozen=True)
class Grid:
    """A table on a page: captions, cells as text, and the page that the first cell of each row leads to."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    links: Sequence[str] = ()


class Upload(NamedTuple):
    """A file that was dropped: the name it came with, and its content."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Asked:
    """What a browser asks: the values of address and form, and the files."""

    desk: Desk
    args: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    uploads: Sequence[Upload] = ()

    @property
    def lang(self) -> str:
        """The language that the page is in."""
        lang = self.desk.chosen()["lang"]
        return lang if lang in LANGUAGES else LANGUAGES[0]

    @property
    def case(self) -> Case:
        """The case as it stands now."""
        return self.desk.held.case(self.desk.case, self.lang)

    @property
    def region(self) -> str:
        """The region that is recruiting.

        Raises
        ------
        NotSetError
            When nobody has said which.
        """
        region = self.desk.chosen()["region"]
        if not region:
            raise NotSetError(text("desk.no_region", self.lang))
        region_path(region)
        return region

    def office(self) -> str:
        """Which office sits here.

        Raises
        ------
        NotSetError
            When nobody has said so.
        """
        office = self.desk.chosen()["office"]
        if not office:
            raise NotSetError(text("desk.no_office", self.lang))
        return str(office)

    @property
    def signed(self) -> dict[str, str]:
        """Who acts, and when; it goes with every act. Refused as `office` refuses."""
        office = self.office()
        return {"by": office, "at": self.desk.now()}

    def say(self, key: str, /, **values: object) -> str:
        """A sentence of the desk."""
        return text(f"desk.{key}", self.lang, **values)

    def told(self, sentence: str, *, wrong: bool = False) -> None:
        """What the next page says first."""
        self.desk.said.append(("wrong" if wrong else "done", sentence))


class NotSetError(ChaingraphError):
    """Something the user has to set before this can be done."""


class Page(NamedTuple):
    """A page: its template and what fills it."""

    template: str
    values: Mapping[str, object]


class Went(NamedTuple):
    """After something was done: the page to go to."""

    to: str


class Sent(NamedTuple):
    """A file: its content, its type, and the name under which it is kept; without one it is shown."""

    content: bytes
    kind: str
    name: str = ""


Answer = Page | Went | Sent
View = Callable[..., Answer]
