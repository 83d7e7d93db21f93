"""One way to extend: what a folder of ``library`` holds under a name, and a file of the user's own in its place.

A kind (strategies, pools, profiles, …) is a folder of TOML files; a file's name is the name. Where code is needed, a
room has a module or function of that name, and a file of the user's own says by ``kind`` which it builds on.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, NoReturn

from chaingraph.errors import UnknownNameError
from chaingraph.labels import LANGUAGES, both, text

KINDS = ("strategies", "pools", "profiles", "rules", "headings", "chains", "charts", "leads")
LIBRARY = Path(str(files("chaingraph") / "library"))
Words = Mapping[str, str]


@dataclass(frozen=True)
class Definition:
    """What a file of a kind says: its name, where it stands, its content.

    A shipped one is named without ending, one of the user's own by its whole file name: they cannot be taken for one
    another.
    """

    kind: str
    name: str
    where: Place
    content: Mapping[str, Any]

    def title(self, lang: str) -> str:
        """What it is called in a language; its name where it does not say."""
        return self.where.words("title", self.content.get("title")).get(lang, self.name)


def shipped(kind: str) -> tuple[str, ...]:
    """The names of a kind that come with the package, by their ``order`` where they state one, else by name.

    Examples
    --------
    >>> shipped("strategies")
    ('strengthen', 'extend', 'build')
    """
    return _names(str(LIBRARY / kind))


@cache
def _names(folder_name: str) -> tuple[str, ...]:
    folder = Path(folder_name)
    paths = [path for path in folder.iterdir() if path.name.endswith(".toml")] if folder.is_dir() else []
    names = {path.name.removesuffix(".toml"): tomllib.loads(path.read_text(encoding="utf-8")) for path in paths}
    return tuple(sorted(names, key=lambda name: (names[name].get("order", 0), name)))


def load(kind: str, name_or_path: str | Path) -> Definition:
    """The shipped file of that name, or the one at a path that ends in ``.toml``.

    Raises
    ------
    UnknownNameError
        When there is neither (near names come first), or the file is no TOML.

    Examples
    --------
    >>> load("strategies", "extend").title("en")
    'Extend'
    """
    given = str(name_or_path)
    if given in shipped(kind):
        return parse(kind, (LIBRARY / kind / f"{given}.toml").read_text(encoding="utf-8"), given)
    path = Path(name_or_path)
    if path.suffix.lower() != ".toml" or not path.is_file():
        raise unknown(kind, given, shipped(kind))
    try:
        return parse(kind, path.read_text(encoding="utf-8-sig"), path.name)
    except (OSError, UnicodeDecodeError) as error:
        raise UnknownNameError(_both("unreadable", kind, name=path, detail=error)) from error


def parse(kind: str, content: str, name: str) -> Definition:
    """The definition in the text of a file; see `load`."""
    try:
        found = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        raise UnknownNameError(_both("unreadable", kind, name=name, detail=error)) from error
    return Definition(kind, name, Place(kind, name), found)


def built_on(definition: Definition) -> Definition:
    """A definition completed by the shipped one that its ``kind`` names: what it does not say is as shipped.

    Its title is its own. Any other key that the shipped one does not have, or whose value is of another type there, is
    refused.

    Raises
    ------
    UnknownNameError
        As said.
    """
    if definition.name in shipped(definition.kind):
        return definition
    own, where = definition.content, definition.where
    ground = load(definition.kind, where.choice("kind", own.get("kind"), shipped(definition.kind))).content
    changed = {key: value for key, value in own.items() if key not in ("kind", "title")}
    for key, value in changed.items():
        where.like(key, value, ground)
    merged = {
        key: {**held, **changed[key]} if isinstance(held, dict) and key in changed else changed.get(key, held)
        for key, held in ground.items()
    }
    return replace(definition, content={**merged, "kind": own["kind"], "title": own.get("title")})


def module_of(room: str, definition: Definition) -> Any:
    """The module of a room that does the work of a definition: the one of its ``kind``, else of its own name."""
    names = [module.name for module in iter_modules(import_module(room).__path__)]
    name = definition.content.get("kind", definition.name)
    return import_module(f"{room}.{definition.where.choice('kind', name, names)}")


def function_of(room: str, definition: Definition) -> Callable[..., Any]:
    """The function of a room, in whichever of its modules, that does the work of a definition; see `module_of`."""
    found: dict[str, Callable[..., Any]] = {}
    for module in iter_modules(import_module(room).__path__):
        held = vars(import_module(f"{room}.{module.name}"))
        found |= {name: value for name, value in held.items() if callable(value) and not name.startswith("_")}
    name = definition.where.choice("kind", definition.content.get("kind", definition.name), sorted(found))
    return found[name]


@dataclass(frozen=True)
class Place:
    """Where a definition stands, for the messages about it: kind, name of the file, and what of it is meant."""

    kind: str
    name: str

    def within(self, part: str) -> Place:
        """A part of the same file."""
        return Place(self.kind, f"{self.name}, {part}")

    def refuse(self, key: str, found: object, choices: str) -> NoReturn:
        """Refuse a value: where, which key, what was found, what is allowed."""
        shown = text("registry.nothing", "zh") if found is None else repr(found)[:80]
        shown_en = text("registry.nothing", "en") if found is None else shown
        told = {"zh": shown, "en": shown_en}
        raise UnknownNameError(
            {
                lang: text(
                    "registry.bad",
                    lang,
                    kind=text(f"registry.kind_{self.kind}", lang),
                    where=self.name,
                    key=key,
                    found=told[lang],
                    choices=choices,
                )
                for lang in LANGUAGES
            }
        )

    def choice(self, key: str, found: object, choices: Sequence[str]) -> str:
        """One of a few words; near ones are named first where it is none."""
        if not isinstance(found, str) or found not in choices:
            self.refuse(key, found, ", ".join(near_first(str(found), choices)))
        return found

    def keys(self, held: Mapping[str, object], known: Sequence[str]) -> None:
        """Refuse a key that is not known."""
        for key in held:
            self.choice("key", key, known)

    def words(self, key: str, found: object) -> Words:
        """One text for every language, or a table of texts by language; empty where there is none."""
        if found is None:
            return {}
        if isinstance(found, str):
            return dict.fromkeys(LANGUAGES, found)
        if not isinstance(found, dict) or not found or not all(isinstance(word, str) for word in found.values()):
            self.refuse(key, found, '"…", { zh = "…", en = "…" }')
        self.keys(found, LANGUAGES)
        only = next(iter(found.values()))
        return {lang: found.get(lang, only) for lang in LANGUAGES}

    def both_languages(self, key: str, found: object) -> Words:
        """A text in every language."""
        if not isinstance(found, dict) or set(found) != set(LANGUAGES):
            self.refuse(key, found, '{ zh = "…", en = "…" }')
        return self.words(key, found)

    def text(self, key: str, found: object) -> str:
        """A text that is not empty."""
        if not isinstance(found, str) or not found.strip():
            self.refuse(key, found, '"…"')
        return found

    def strings(self, key: str, found: object, choices: Sequence[str] | None = None) -> tuple[str, ...]:
        """A list of texts, each one of ``choices`` where they are given."""
        if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
            self.refuse(key, found, '["…", "…"]')
        for item in found if choices is not None else ():
            self.choice(key, item, choices or ())
        return tuple(found)

    def whole(self, key: str, found: object, most: int) -> int:
        """A whole number from 0."""
        if not isinstance(found, int) or isinstance(found, bool) or not 0 <= found <= most:
            self.refuse(key, found, f"0-{most}")
        return found

    def number(self, key: str, found: object, most: float) -> float:
        """A number above 0."""
        if not isinstance(found, int | float) or isinstance(found, bool) or not 0 < found <= most:
            self.refuse(key, found, f"> 0, ≤ {most:g}")
        return float(found)

    def table(self, key: str, found: object) -> Mapping[str, Any]:
        """A table of the file."""
        if not isinstance(found, dict):
            self.refuse(key, found, f"[{key}]")
        return found

    def tables(self, key: str, found: object) -> Sequence[Mapping[str, Any]]:
        """One or more tables of the file under one key."""
        if not isinstance(found, list) or not found or not all(isinstance(row, dict) for row in found):
            self.refuse(key, found, f"[[{key}]]")
        return found

    def like(self, key: str, found: object, model: Mapping[str, Any]) -> None:
        """Refuse a key that a model does not have, and a value of another type than its."""
        self.choice("key", key, tuple(model))
        held = model[key]
        if isinstance(held, dict) and isinstance(found, dict):
            for name, value in found.items():
                self.within(f"[{key}]").like(name, value, held)
            return
        numbers = (int, float) if isinstance(held, int | float) and not isinstance(held, bool) else None
        same = isinstance(found, numbers or type(held)) and isinstance(found, bool) == isinstance(held, bool)
        if same and isinstance(held, list) and held and isinstance(found, list):
            same = all(type(item) is type(held[0]) for item in found)
        if not same:
            self.refuse(key, found, repr(held)[:80])


def unknown(kind: str, given: str, known: Sequence[str]) -> UnknownNameError:
    """What to raise where a name is none of a kind's and no file: near names come first."""
    return UnknownNameError(_both("unknown", kind, name=repr(given[:80]), choices=", ".join(near_first(given, known))))


def near_first(given: str, choices: Sequence[str]) -> list[str]:
    """The choices, those that are spelled like what was given first."""
    near = difflib.get_close_matches(given, choices, n=3, cutoff=0.5)
    return [*near, *(choice for choice in choices if choice not in near)]


def _both(entry: str, kind: str, /, **values: object) -> dict[str, str]:
    said = {lang: text(f"registry.kind_{kind}", lang) for lang in LANGUAGES}
    return {lang: both(f"registry.{entry}", kind=said[lang], **values)[lang] for lang in LANGUAGES}
