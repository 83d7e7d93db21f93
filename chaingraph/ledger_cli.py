"""The commands of the project ledger: ``chaingraph ledger add|report|stage|transfer|list|board|import|export``."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chaingraph.errors import UnknownNameError
from chaingraph.labels import text
from chaingraph.ledger.fields import FIELD, RECORDS, STAGES

if TYPE_CHECKING:
    import pandas as pd

    from chaingraph.ledger.store import Ledger

_SHOWN_REJECTS = 20
_LIST_SHOWN = ("project_id", "project", "investor", "landing", "stage", "since", "usd_m", "holder", "exclusive_until")
Options = dict[str, Any]


@click.group("ledger")
def ledger_commands() -> None:
    """项目台账:首报、阶段、流转、目标进度 / Project ledger: reports, stages, transfers, progress."""


def _today() -> str:
    """The day on which a command is typed; everything below the face is told the day."""
    return datetime.date.today().isoformat()


def _shared(command: Callable[..., Any]) -> Callable[..., Any]:
    """What every command of the ledger takes: the file, its rules, how its journal is kept, the language."""
    for decorate in reversed((
        click.argument("ledger", type=click.Path(path_type=Path)),
        click.option("--rules", default="jiaxing", show_default=True, help="规则名或TOML文件 / name or TOML file"),
        click.option("--journal", type=click.Choice(["wal", "delete"]), default="wal", show_default=True,
                     help="网络共享上用 delete / delete on a network share"),
        click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True,
                     envvar="CHAINGRAPH_LANG", help="输出语言 / language of messages"),
    )):  # fmt: skip
        command = decorate(command)
    return command


def _acting(command: Callable[..., Any]) -> Callable[..., Any]:
    """What every act takes: who, when, why, and the id that makes it one act however often it is sent."""
    for decorate in reversed((
        _shared,
        click.argument("project"),
        click.option("--by", required=True, help="登记单位,不写人名 / office that records, never a person"),
        click.option("--at", default=_today, metavar="DATE", help="登记日,默认今天 / day of recording, else today"),
        click.option("--why", default="", help="理由 / reason"),
        click.option("--id", "event_id", default="", help="事项编号,防止重复登记 / id of the act, against doubling"),
    )):  # fmt: skip
        command = decorate(command)
    return command


def _open(ledger: Path, rules: str, journal: str, lang: str, *, create: bool = False) -> Ledger:
    from chaingraph.ledger.rules import load_rules
    from chaingraph.ledger.store import open_ledger

    if journal == "delete":
        click.echo(text("ledger.journal_delete", lang), err=True)
    return open_ledger(ledger, load_rules(rules), create=create, journal=journal)


def _act(kind: str, data: Mapping[str, Any], options: Options, *, create: bool = False) -> None:
    """Record one act and say what it is answered."""
    from chaingraph.ledger.events import Act

    act = Act(kind, options["project"], options["at"], options["by"], options["why"], data, options["event_id"])
    with _open(options["ledger"], options["rules"], options["journal"], options["lang"], create=create) as opened:
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
    from chaingraph.cells import parser
    from chaingraph.ledger.money import Unit, amount

    facts: dict[str, Any] = {}
    for part in given:
        name, sign, raw = part.partition("=")
        if not sign or name not in FIELD or name == "project_id":
            raise click.BadParameter(", ".join(FIELD), param_hint=f"--set {part!r}")
        if name == "investment_m" and not raw.replace(".", "", 1).isdigit():
            value, problem = amount(raw, Unit(None, ""))
            facts |= {} if value is None else {"investment_m": value[0], "currency": value[1]}
        else:
            value, problem = parser(FIELD[name])(raw)  # type: ignore[assignment]  # one reader per kind of field
            facts[name] = value
        if problem is not None and value is None:
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


def _shown(frame: pd.DataFrame, lang: str) -> None:
    from chaingraph.writers.ledger_frames import captioned
    from chaingraph.writers.terminal import table_text

    if frame.empty:
        click.echo(text("ledger.empty", lang))
        return
    table = captioned(frame, lang)
    columns = [table[name].astype(object).tolist() for name in table.columns]
    rows = [["" if value is None or value != value else f"{value:.4g}" if isinstance(value, float) else str(value)
             for value in row] for row in zip(*columns, strict=True)]  # fmt: skip
    click.echo(table_text([str(name) for name in table.columns], rows, most=40))


@ledger_commands.command("list")
@_shared
@click.option("--as-of", default=_today, metavar="DATE", help="截至日,默认今天 / day, today by default")
@click.option("--stage", type=click.Choice(list(STAGES)), help="只列一个阶段 / one stage only")
@click.option("--period", type=click.Choice(["week", "month", "quarter", "year"]), help="期间内的进展 / what happened")
@click.option("--due", type=click.Choice(["expiring", "doubtful", "meeting"]),
              help="将到期、待判断、例会 / ending soon, to decide, biweekly meeting")  # fmt: skip
@click.option("--by", "dimension", type=click.Choice(["landing", "team", "chain_id", "lead_post", "owner", "zone"]),
              help="按此汇总 / counts by this")  # fmt: skip
@click.option("--project", help="一个项目的全部记录 / all events of one project")
def list_command(
    ledger: Path, rules: str, journal: str, lang: str, as_of: str, stage: str | None, period: str | None,
    due: str | None, dimension: str | None, project: str | None,
) -> None:  # fmt: skip
    """清单、期间进展、到期事项、汇总 / Lists, what happened, what is due, counts."""
    from chaingraph.ledger import views

    with _open(ledger, rules, journal, lang) as opened:
        if project:
            opened.project(project)
            events = [(event.number, event.at, event.kind, event.by, event.why) for event in opened.events(project)]
            _shown(views.frame(events, ("number", "at", "kind", "by", "why")), lang)
        elif period:
            _shown(views.happened(opened, *views.span(as_of, period)), lang)
        elif due:
            made = {"expiring": lambda: views.expiring(opened, as_of), "doubtful": lambda: views.doubtful(opened),
                    "meeting": lambda: views.biweekly(opened, as_of)}  # fmt: skip
            _shown(made[due](), lang)
        elif dimension:
            _shown(views.by(opened, dimension), lang)
        else:
            kept = [
                "project_id",
                "project",
                "investor",
                "landing",
                "stage",
                "since",
                "usd_m",
                "holder",
                "exclusive_until",
            ]
            _shown(views.projects(opened, stage or "")[kept], lang)


def _targets(case: Path, lang: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The targets and the zones of a case."""
    from chaingraph.tables import read_case

    tables = read_case(case, lang=lang)
    return tables["targets"], tables["zones"]


@ledger_commands.command("board")
@_shared
@click.option(
    "--case", required=True, type=click.Path(path_type=Path), help="含目标表的案例 / case that holds the targets"
)
@click.option("--as-of", default=_today, metavar="DATE", help="截至日,默认今天 / day, today by default")
def board_command(ledger: Path, rules: str, journal: str, lang: str, case: Path, as_of: str) -> None:
    """总览:目标进度、各地、各部门 / The board: progress, places, departments."""
    from chaingraph.ledger.progress import board
    from chaingraph.writers.ledger_frames import caption, notes

    targets, _ = _targets(case, lang)
    with _open(ledger, rules, journal, lang) as opened:
        made = board(opened, targets, as_of)
        for note in notes(opened, as_of, lang):
            click.echo(note)
        for key, frame in (("progress", made.progress), ("board", made.stages), ("places", made.places),
                           ("departments", made.departments)):  # fmt: skip
            click.echo(f"\n{caption(key, lang)}")
            _shown(frame, lang)


@ledger_commands.command("import")
@_shared
@click.argument("sheet", type=click.Path(path_type=Path))
@click.option("--by", required=True, help="来表单位 / office that sends the sheet")
@click.option("--mapping", type=click.Path(path_type=Path), help="表头对照 TOML / which header is which field")
@click.option("--at", default=_today, metavar="DATE", help="登记日,默认今天 / day of recording")
@click.option("--rejects", type=click.Path(path_type=Path), help="写出全部问题 CSV / write every problem to a CSV")
@click.option("--dry-run", is_flag=True, help="只检查,不登记 / check only, record nothing")
@click.option("--create", is_flag=True, help="台账不存在时新建 / make the ledger where there is none")
def import_command(
    ledger: Path, rules: str, journal: str, lang: str, sheet: Path, by: str, mapping: Path | None, at: str,
    rejects: Path | None, *, dry_run: bool, create: bool,
) -> None:  # fmt: skip
    """导入既有台账表格:问题逐条列出,不作猜测 / Import a sheet: every defect listed, none guessed."""
    from chaingraph.ledger.intake import import_projects, read_projects
    from chaingraph.ledger.sheet import REJECT_COLUMNS
    from chaingraph.writers.files import write_csv

    if dry_run:
        done = read_projects(sheet, at=at, mapping=mapping, lang=lang)[1]
    else:
        with _open(ledger, rules, journal, lang, create=create) as opened:
            done = import_projects(opened, sheet, at=at, by=by, mapping=mapping, lang=lang)
    counts = {"entered": done.entered, "changed": done.changed, "advanced": done.advanced, "reported": done.reported}
    click.echo(text("ledger.imported", lang, rows=done.rows, used=done.used, **counts))
    if len(done.rejects):
        shown = done.rejects.assign(effect=[text(f"ledger.effect_{effect}", lang) for effect in done.rejects["effect"]])
        _shown(shown.head(_SHOWN_REJECTS), lang)
        if len(shown) > _SHOWN_REJECTS:
            click.echo(text("ledger.more_rejects", lang, count=len(shown) - _SHOWN_REJECTS))
    if rejects is not None:
        write_csv(done.rejects, rejects, columns=list(REJECT_COLUMNS))
        click.echo(text("ledger.written", lang, path=rejects))


@ledger_commands.command("export")
@_shared
@click.option("--out", required=True, type=click.Path(path_type=Path),
              help="FILE.xlsx 工作簿、FILE.html 网页、FILE.csv 回测结果 / workbook, page, outcomes")  # fmt: skip
@click.option("--case", type=click.Path(path_type=Path), help="含目标表的案例 / case that holds the targets")
@click.option("--region", default="嘉兴", show_default=True, help="回测结果的城市 / city of the outcomes")
@click.option("--as-of", default=_today, metavar="DATE", help="截至日,默认今天 / day, today by default")
def export_command(
    ledger: Path, rules: str, journal: str, lang: str, out: Path, case: Path | None, region: str, as_of: str
) -> None:
    """导出工作簿、网页或回测结果 / Export a workbook, a page, or outcomes for the back-test."""
    from chaingraph.ledger.feedback import LEAST_POSITIVES, OUTCOME_COLUMNS, enough_to_refit, outcomes
    from chaingraph.writers.files import write_csv
    from chaingraph.writers.ledger_page import write_ledger_page
    from chaingraph.writers.ledger_workbook import write_ledger_workbook

    writers = {".xlsx": write_ledger_workbook, ".html": write_ledger_page}
    suffix = out.suffix.lower()
    if suffix not in (*writers, ".csv"):
        raise click.BadParameter(str(out), param_hint="--out")
    if suffix != ".csv" and case is None:
        raise click.BadParameter(str(case), param_hint="--case")
    with _open(ledger, rules, journal, lang) as opened:
        if suffix == ".csv":
            found = outcomes(opened, region)
            write_csv(found, out, columns=list(OUTCOME_COLUMNS))
            if not enough_to_refit(found):
                click.echo(text("ledger.positives", lang, count=len(found), least=LEAST_POSITIVES))
        elif case is not None:
            targets, zones = _targets(case, lang)
            writers[suffix](opened, targets, out, as_of=as_of, zones=zones, lang=lang)
    click.echo(text("ledger.written", lang, path=out))


@ledger_commands.command("check")
@_shared
@click.option("--rebuild", is_flag=True, help="由记录重新推导 / derive everything anew from the events")
@click.pass_context
def check_command(context: click.Context, ledger: Path, rules: str, journal: str, lang: str, *, rebuild: bool) -> None:
    """检查台账是否完整 / Check that the ledger is whole."""
    from chaingraph.ledger.checks import check_ledger

    with _open(ledger, rules, journal, lang) as opened:
        if rebuild:
            opened.rebuild()
        faults = check_ledger(opened)
        for fault in faults:
            click.echo(text("ledger.check_fault", lang, **fault._asdict()), err=True)
        if faults:
            context.exit(1)
        events = sum(1 for _ in opened.events())
        click.echo(text("ledger.check_fine", lang, events=events, projects=len(opened.projects())))


COMMANDS: tuple[click.Command, ...] = (ledger_commands,)
