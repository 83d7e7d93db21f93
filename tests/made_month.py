"""A month of a constructed city, played as people play it: with commands, and with another program for the sheets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import openpyxl

from chaingraph.cli.main import main
from tests.made_work import filled_in

CENTRE = "台州市投促中心"
COUNTIES = ("临海市", "温岭市", "玉环市", "天台县", "仙居县")
TEAMS = ("驻上海组", "驻深圳组")
FACTS, ACCEPTED, LEADS = 60, 40, 25


def run(*words: str) -> None:
    code = main([*words, "--lang", "zh"])
    assert code == 0, (code, words)


def texts(folder: Path) -> Path:
    """Sixty announcements of constructed firms, some with hostile names."""
    folder.mkdir()
    for number in range(FACTS):
        firm = f"构造{number}号新材料股份有限公司"
        lines = (
            f"{firm}关于拟投资建设生产基地的公告", f"2025年10月{number % 28 + 1:02d}日",
            f"{firm}拟投资{number + 3}亿元建设年产{number + 1}万吨隔膜第二工厂，选址尚未确定。",
        )  # fmt: skip
        (folder / f"{number:02d}.txt").write_text("\n".join(lines), encoding="utf-8")
    return folder


def reviewed(case: Path, sheet: Path) -> list[str]:
    """A person accepts forty facts and rejects the others; the ids of those accepted, in the order of the sheet."""
    run("leads", "review", str(case), "--out", str(sheet))
    book = openpyxl.load_workbook(sheet)
    page = book.worksheets[0]
    places = {cell.value: cell.column for cell in page[1]}
    decision, identity = next(iter(places.values())), list(places.values())[-1]
    ids = []
    for row in range(2, page.max_row + 1):
        accepted = row - 2 < ACCEPTED
        page.cell(row, decision).value = "采用" if accepted else "不采用"
        ids += [str(page.cell(row, identity).value)] if accepted else []
    book.save(sheet)
    run("leads", "review", str(case), "--apply", str(sheet))
    return ids


def plan(path: Path, leads: list[str], due: str) -> Path:
    """Twenty-five leads to five counties, every fourth also to a team."""
    lines = ["线索编号,责任单位,反馈期限"]
    for number, lead in enumerate(leads):
        teams = f";{TEAMS[number % 8 // 4]}" if number % 4 == 0 else ""
        lines.append(f"{lead},{COUNTIES[number % 5]}{teams},{due}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


Says = Callable[[str, int], Mapping[str, str]]  # what a unit fills in for its lead of that place in the list


def round_of(ledger: Path, out: Path, back: Path, leads: list[str], says: Says, days: tuple[str, str]) -> Path:
    """One round: out on the first day, filled in by every unit, merged on the second, and merged once more."""
    run("dispatch", str(ledger), "--out", str(out), "--at", days[0])
    for path in sorted(out.glob("*.xlsx")):
        unit = path.stem.removeprefix("分办_")
        filled_in(path, back, {lead: says(unit, number) for number, lead in enumerate(leads)})
    report = back.parent / f"{back.name}.xlsx"
    for _ in range(2):
        run("merge", str(ledger), str(back), "--at", days[1], "--out", str(report))
    return report


def first_round(unit: str, number: int) -> Mapping[str, str]:
    """Two of three counties answer, teams always, and teams see it otherwise on every eighth lead."""
    met = {
        "对接日期": "2025-11-05",
        "对接形式": "上门拜访",
        "对接情况": f"{unit}已拜访，有扩产意向",
        "对方职务": "战略部部长",
    }
    if unit in TEAMS:
        return {**met, "反馈结论": "暂无意向" if number % 8 == 0 else "有投资意向", "选址状态": "比选"}
    return {**met, "反馈结论": "有投资意向", "选址状态": "比选"} if number % 3 else {}


def second_round(unit: str, number: int) -> Mapping[str, str]:
    """Those who had not answered do, but the last."""
    if number == LEADS - 1:
        return {}
    met = {"对接日期": "2025-11-16", "对接形式": "电话", "对接情况": f"{unit}再次对接", "下一步": "邀请考察"}
    return {**met, "反馈结论": "持续跟踪"}
