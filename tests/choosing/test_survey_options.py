"""What is chosen travels in one object: every face has its defaults, and what was chosen stands in the record."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import fields

import click
import pytest

import chaingraph as cg
from chaingraph.choosing.survey_options import SurveyOptions
from chaingraph.choosing.surveying import survey
from chaingraph.cli.main import command_line
from chaingraph.engines.duckdb import open_engine
from chaingraph.main_job import run
from chaingraph.model.graph import ChainGraph
from tests.toy import toy_tables

DEFAULTS = {item.name: item.default for item in fields(SurveyOptions)}
FLAGS = {"strategy", "top", "seed", "draws"}  # those with a value of their own when nobody gives one


@pytest.mark.parametrize("face", [cg.survey, cg.shortlist, run])
def test_functions_have_the_same_defaults(face: Callable[..., object]) -> None:
    given = {name: one.default for name, one in inspect.signature(face).parameters.items() if name in DEFAULTS}
    assert {"strategy", "top", "as_of"} <= set(given)
    assert given == {name: DEFAULTS[name] for name in given}


@pytest.mark.parametrize("name", ["run", "shortlist", "explain", "map", "chart"])
def test_commands_have_the_same_defaults(name: str) -> None:
    command = command_line("zh").commands[name]
    context = click.Context(command)
    given = {str(option.name): option.get_default(context) for option in command.params if option.name in FLAGS}
    assert {"strategy", "top"} <= set(given)
    assert given == {flag: DEFAULTS[flag] for flag in given}


def test_what_was_chosen_stands_in_the_record() -> None:
    chosen = SurveyOptions(strategy="build", top=3, as_of="2023-05", seed=7, draws=5)
    found = survey(ChainGraph("toy", toy_tables()), "嘉兴", open_engine, chosen)
    told = {name: found.parameters[name] for name in ("strategy", "top", "as_of", "seed", "draws")}
    assert told == {"strategy": "build", "top": 3, "as_of": "2023-05", "seed": 7, "draws": 5}
    assert found.as_of == "2023-05"
    targets = found.targets["en"]
    assert targets.groupby(["chain_id", "candidate_list"]).size().max() <= 3
    assert set(targets["strategy"]) == {"build"}
