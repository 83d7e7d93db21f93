"""What a file is taken for: the heading file that fits it, the list that its title names, the day it speaks of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from chaingraph.errors import ChaingraphError
from chaingraph.importers.ckg import COLUMNS as CKG_FILES
from chaingraph.importers.ckg import import_ckg
from chaingraph.importers.headings import Headings, heading_file, kind_of
from chaingraph.importers.imported import Imported
from chaingraph.importers.lists import read_list, tier_named
from chaingraph.importers.published import tables_of
from chaingraph.importers.register import joined_parts, read_register_in_parts, title_year
from chaingraph.importers.units import UNITS, read_units
from chaingraph.labels import text
from chaingraph.model import registry
from chaingraph.model.columns import TIERS

CKG = "ckg"
RANKING = "ranking"
FACTS = "facts"  # read by `leads.fact_lists`
FIRM_KINDS = ("register", RANKING, FACTS)
_LIST_WORDS = re.compile(r"名单|公示|榜|认定|强企业|\d强|批")
_DAY = re.compile(
    r"(?:导出|查询|截至|截止|更新|下载|生成)[^0-9]{0,8}(20\d\d)\s*[年/.-]\s*(\d{1,2})(?:\s*[月/.-]\s*(\d{1,2}))?"
)
_DAY_IN_NAME = re.compile(r"(?<!\d)(20\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d)")
_QUOTES = re.compile("[“”\"'‘’\\s]")


@dataclass(frozen=True)
class Recognised:
    """What a file was taken for.

    ``kind``: a heading file by name, ``ckg`` or ``units``. ``tier``: the list that its title names (None: it names
    none); ``as_of``: the day of which it says that it was exported or holds (None: it says none); ``above``: what
    stands above its header; ``units_by``: the heading file by which units are read.
    """

    kind: str
    headings: Headings | None
    tier: str | None
    as_of: str | None
    above: tuple[str, ...]
    units_by: str = UNITS

    def title(self, lang: str) -> str:
        """What the kind is called."""
        if self.headings is None:
            return text(f"importers.title_{self.kind}", lang)
        return self.headings.title.get(lang, self.headings.name)


def recognise(path: Path, *, kind: str | None = None, tier: str | None = None, lang: str = "zh") -> Recognised:
    """What is this file? The provider or list whose headings fit it best.

    Parameters
    ----------
    path
        A file of any layout, or the folder of the public A-share graph.
    kind
        What it is, where that is known: a heading file by name or path, or ``ckg``.
    tier
        The list that it is, where that is known; a list of firms is then no register.
    lang
        Language of messages.

    Raises
    ------
    CaseError
        When the file cannot be read, or no heading file fits it.
    UnknownNameError
        When there is no such kind.
    """
    path = Path(path)
    if kind == CKG or (kind is None and path.is_dir() and (path / next(iter(CKG_FILES))).is_file()):
        return Recognised(CKG, None, None, None, ())
    if kind is not None and kind_of(kind) == UNITS:
        return Recognised(UNITS, None, None, None, (), kind)
    candidates = _candidates(kind, tier)
    found = tables_of(path, candidates, ("firm", "company"), lang)[0]
    said = (*found.above, path.stem)
    named = None if found.marks and found.headings.kind != RANKING else _tier_in(said)
    headings = found.headings
    if kind is None and named is not None and headings.kind not in (RANKING, FACTS):
        headings = heading_file(RANKING)
    tier = None if headings.kind != RANKING else tier_named(tier) if tier else named
    year = title_year(found.above)
    return Recognised(headings.name, headings, tier, _day_in(said) or (str(year) if year else None), found.above)


def import_file(
    path: Path, *, kind: str | None = None, tier: str | None = None, year: int | None = None, as_of: str | None = None,
    within: str | None = None, lang: str = "zh",
) -> Imported:  # fmt: skip
    """Read a file that a bureau has, whatever its layout, as tables of a case.

    Parameters
    ----------
    path, kind, tier, lang
        See `recognise`.
    year
        Edition of a list; None: as its columns or title say.
    as_of
        Date of a list of firms; None: as stands above its table or in its name, else not known.
    within
        Where firms are whose row names no place (a county's own list): 海宁.

    Returns
    -------
    Imported
        Tables, rejects, the account of rows and of columns.

    Raises
    ------
    CaseError
        When the file cannot be read or fits nothing.
    ChaingraphError
        When it is a published list and neither `tier` nor its title says which.
    """
    known = recognise(path, kind=kind, tier=tier, lang=lang)
    first, rest = begin_import(path, known, year=year, as_of=as_of, within=within, lang=lang)
    return first if known.headings is None or known.headings.kind == RANKING else joined_parts([first, *rest])


def begin_import(
    path: Path, known: Recognised, *, year: int | None = None, as_of: str | None = None, within: str | None = None,
    lang: str = "zh",
) -> tuple[Imported, Iterator[Imported]]:  # fmt: skip
    """As `import_file` of a file that was recognised: its first part, and the others as they are asked for.

    Only a list of firms has others: all other kinds are read whole.
    """
    path = Path(path)
    if known.kind == UNITS:
        return read_units(path, headings=known.units_by, lang=lang), iter(())
    if known.headings is None:
        case = import_ckg(path, lang=lang)
        held = {name: frame for name, frame in case.tables.items() if len(frame)}
        return Imported(CKG, case.name, held, case.rejects, case.files), iter(())
    if known.headings.kind == RANKING:
        if known.tier is None:
            choices = ", ".join(f"{tier} ({spellings[0]})" for tier, spellings in TIERS.items())
            raise ChaingraphError(text("importers.which_list", lang, file=path, choices=choices))
        return read_list(path, known.tier, year=year, headings=known.headings, lang=lang), iter(())
    parts = read_register_in_parts(path, as_of=as_of or known.as_of, headings=known.headings, within=within, lang=lang)
    return next(parts), parts


def _candidates(kind: str | None, tier: str | None) -> list[Headings]:
    if kind is not None:
        return [heading_file(kind, FIRM_KINDS)]
    if tier is not None:
        return [heading_file(RANKING)]
    shipped = registry.shipped("headings")
    kinds = {name: kind_of(name) for name in shipped}
    names = sorted((name for name in shipped if kinds[name] in FIRM_KINDS), key=lambda name: name != "register")
    return [
        heading_file(name, FIRM_KINDS) for name in names
    ]  # of those that fit alike the first, the plain one, is taken


def _tier_in(said: tuple[str, ...]) -> str | None:
    """The list that a title or the file's name speaks of, by the longest of its names."""
    for sentence in said:
        plain = _QUOTES.sub("", sentence)
        if not _LIST_WORDS.search(plain):
            continue
        found = [(len(name), tier) for tier, names in TIERS.items() for name in names if name in plain]
        if found:
            return max(found)[1]
    return None


def _day_in(said: tuple[str, ...]) -> str | None:
    """The day that a notice or the file's name states."""
    for sentence in said:
        found = _DAY.search(sentence) or _DAY_IN_NAME.search(sentence)
        if found:
            return "-".join([found[1], *(part.zfill(2) for part in found.groups()[1:] if part)])
    return None
