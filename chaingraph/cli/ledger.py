"""The commands that record in the project ledger: ``chaingraph ledger add|report|stage|transfer|…``."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chaingraph.cli.options import Named
from chaingraph.errors import UnknownNameError
from chaingraph.labels import text
from chaingraph.ledger.fields import FIELD, RECORDS, STAGES

if TYPE_CHECKING:
    from chaingraph.ledger.store import Ledger

Options = dict[str, Any]


@click.group("ledger")
def ledger_commands() -> None:
    """项目台账:首报、阶段、流转、目标进度 / Project ledger: reports, stages, transfers, progress."""


def today() -> str:
    """The day on which a command is typed; everything below the face is told the day."""
    return datetime.date.today().isoformat()


def ledger_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What every command of the ledger takes: the file, its rules, how its journal is kept, the language."""
    for decorate in reversed((
        click.argument("ledger", type=click.Path(path_type=Path)),
        click.option("--rules", type=Named("rules"), default="jiaxing", show_default=True,
                     help="规则名或TOML文件 / name or TOML file"),
        click.option("--journal", type=click.Choice(["wal", "delete"]), default="wal", show_default=True,
                     help="网络共享上用 delete / delete on a network share"),
        click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True,
                     envvar="CHAINGRAPH_LANG", is_eager=True, help="输出语言 / language of messages"),
    )):  # fmt: skip
        command = decorate(command)
    return command


def _acting(command: Callable[..., Any]) -> Callable[..., Any]:
    """What every act takes: who, when, why, and the id that makes it one act however often it is sent."""
    for decorate in reversed((
        ledger_options,
        click.argument("project"),
        click.option("--by", required=True, help="登记单位,不写人名 / office that records, never a person"),
        click.option("--at", default=today, metavar="DATE", help="登记日,默认今天 / day of recording, else today"),
        click.option("--why", default="", help="理由 / reason"),
        click.option("--id", "event_id", default="", help="事项编号,防止重复登记 / id of the act, against doubling"),
    )):  # fmt: skip
        command = decorate(command)
    return command


def opened_ledger(ledger: Path, rules: str, journal: str, lang: str, *, create: bool = False) -> Ledger:
    """The ledger that a command is about, open; a slower journal is said."""
    from chaingraph.ledger.rules import load_rules
    from chaingraph.ledger.store import open_ledger

    if journal == "delete":
        click.echo(text("ledger.journal_delete", lang), err=True)
    return open_ledger(ledger, load_rules(rules), create=create, journal=journal)


def _act(kind: str, data: Mapping[str, Any], options: Options, *, create: bool = False) -> None:
    """Record one act and say what it is answered."""
    from chaingraph.ledger.events import Act

    act = Act(kind, options["project"], options["at"], options["by"], options["why"], data, options["event_id"])
    with opened_ledger(
        options["ledger"], options["rules"], options["journal"], options["lang"], create=create
    ) as opened:
        done = opened.record(act)
    _answer(done.answer, done.values, options["lang"])


def _answer(answer: str, values: Mapping[str, object], lang: str) -> None:
    shown = {key: _captioned(key, str(value), lang) for key, value in values.items()} | {"blank": ""}
    click.echo(text(f"ledger.answer_{answer}", lang, **shown))
    if values.get("suspects"):
        click.echo(text("ledger.answer_suspects", lang, **shown))


def _captioned(key: str, value: str, lang: str) -> str:
    if key == "stage":
        return text(f"ledger.stage_{value}", lang)
    return (
        "; ".join(text(f"ledger.flag_{flag}", lang) for flag in value.split(", ")) if key == "flag" and value else value
    )


def _facts(given: Sequence[str], lang: str) -> dict[str, Any]:
    """The fields of ``--set field=value``, read as cells of a sheet are."""
    from chaingraph.ledger.intake.money import Unit, amount
    from chaingraph.reading.cells import parser

    facts: dict[str, Any] = {}
    for part in given:
        name, sign, raw = part.partition("=")
        if not sign or name not in FIELD or name == "project_id":
            known = ", ".join(field for field in FIELD if field != "project_id")
            raise click.UsageError(text("ledger.set_field", lang, given=part[:80], fields=known))
        if name == "investment_m" and not raw.replace(".", "", 1).isdigit():
            money, problem = amount(raw, Unit(None, ""))
            read: dict[str, Any] = {} if money is None else {"investment_m": money[0], "currency": money[1]}
        else:
            value, problem = parser(FIELD[name])(raw)
            read = {name: value}
        facts |= read
        if problem is not None and read.get(name) is None:
            raise click.BadParameter(_said(problem.reason, problem.values, lang), param_hint=f"--set {part!r}")
    return facts


def _said(reason: str, values: Mapping[str, object], lang: str) -> str:
    for area in ("ledger.intake_", "tables."):
        try:
            return text(f"{area}{reason}", lang, **{**values, "blank": ""})
        except UnknownNameError:
            continue
    return reason


_SET = click.option("--set", "given", multiple=True, metavar="FIELD=VALUE",
                    help="字段,可重复;金额可写1.2亿美元 / field, may be repeated")  # fmt: skip


@ledger_commands.command("add")
@_acting
@_SET
@click.option("--create", is_flag=True, help="台账不存在时新建 / make the ledger where there is none")
def add_command(given: Sequence[str], *, create: bool, **options: Any) -> None:
    """登记项目 / Enter a project."""
    _act("entered", _facts(given, options["lang"]), options, create=create)


@ledger_commands.command("change")
@_acting
@_SET
def change_command(given: Sequence[str], **options: Any) -> None:
    """变更字段,须写理由;空值表示撤回 / Change fields, with a reason; an empty value takes one back."""
    _act("changed", _facts(given, options["lang"]), options)


@ledger_commands.command("report")
@_acting
@click.option("--place", required=True, help="报告地 / place that reports")
@click.option("--day", help="报告日,默认登记日 / day of the report")
def report_command(place: str, day: str | None, **options: Any) -> None:
    """报告项目:首报得一个月独家洽谈 / Report a project: the first report has one exclusive month."""
    _act("reported", {"place": place} | ({"on": day} if day else {}), options)


@ledger_commands.command("extend")
@_acting
@click.option("--months", type=int, default=1, show_default=True, help="月数 / months")
def extend_command(months: int, **options: Any) -> None:
    """由市中心延长独家洽谈 / Extend an exclusive negotiation; only the centre may."""
    _act("extended", {"months": months}, options)


@ledger_commands.command("transfer")
@_acting
@click.option("--to", required=True, help="承接地 / receiving place")
def transfer_command(to: str, **options: Any) -> None:
    """流转项目,首报地与承接地同等计分 / Pass a project on, with equal credit."""
    _act("transferred", {"to": to}, options)


@ledger_commands.command("stage")
@_acting
@click.argument("stage", type=click.Choice(list(STAGES)))
@click.option("--day", help="到达日,默认登记日 / day it was reached")
def stage_command(stage: str, day: str | None, **options: Any) -> None:
    """推进阶段;跳过、退回、终止须写理由 / Move to a stage; skipping, going back and ending need a reason."""
    _act("stage", {"stage": stage} | ({"on": day} if day else {}), options)


@ledger_commands.command("file-signing")
@_acting
@click.option("--planned", required=True, metavar="DATE", help="拟签约日 / day of the signing")
def signing_command(planned: str, **options: Any) -> None:
    """报备签约,重大项目提前一周 / File a signing, major ones a week ahead."""
    _act("signing_filed", {"planned": planned}, options)


@ledger_commands.command("paid")
@_acting
@click.option("--usd-m", type=float, required=True, help="到账外资,百万美元 / foreign capital paid in, million USD")
@click.option("--day", help="到账日,默认登记日 / day it came in")
def paid_command(usd_m: float, day: str | None, **options: Any) -> None:
    """登记到账外资 / Record foreign capital paid in."""
    _act("paid_in", {"usd_m": usd_m} | ({"on": day} if day else {}), options)


@ledger_commands.command("decide")
@_acting
@click.option("--other", required=True, help="另一项目 / the other project")
@click.option("--verdict", type=click.Choice(["same", "different"]), required=True, help="同一或不同 / one or two")
def decide_command(other: str, verdict: str, **options: Any) -> None:
    """判断两个项目是否同一 / Say whether two projects are one."""
    _act("decided", {"other": other, "verdict": verdict}, options)


@ledger_commands.command("record")
@_acting
@click.option("--kind", "record", type=click.Choice(RECORDS), required=True, help="种类 / kind of record")
def record_command(record: str, **options: Any) -> None:
    """记录论证、风险、集体决策、走访,内容写在 --why / Record argument, risk, decision, visit; --why says it."""
    _act("recorded", {"record": record}, options)
