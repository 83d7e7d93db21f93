"""The command ``desk``: a page on this machine for one person and one case."""

from __future__ import annotations

import webbrowser
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chaingraph.cli.options import FILE, FOLDER, PATH, Named
from chaingraph.clock import today
from chaingraph.errors import StoreError
from chaingraph.labels import both, text

if TYPE_CHECKING:
    from chaingraph.desk.server import Opened


def _now() -> str:
    return f"{today()}T{datetime.now():%H:%M}"


@click.command("desk")
@click.argument("case", type=PATH)
@click.option("--out", type=FOLDER, metavar="FOLDER")
@click.option("--ledger", type=FILE, metavar="FILE")
@click.option("--rules", type=Named("rules"))
@click.option("--region", default="", metavar="REGION")
@click.option("--port", type=click.IntRange(0, 65535), default=0, metavar="N")
@click.option("--no-browser", is_flag=True)
@click.pass_obj
def desk_command(
    lang: str,
    /,
    case: Path,
    out: Path | None,
    ledger: Path | None,
    rules: str | None,
    region: str,
    port: int,
    *,
    no_browser: bool,
) -> None:
    """Open the desk of a case."""
    from chaingraph.desk.desk import Desk
    from chaingraph.desk.home import desk_home
    from chaingraph.desk.server import serve
    from chaingraph.places.regions import region_path

    if not case.exists():
        raise StoreError(both("into.no_case", path=case))
    if region:
        region_path(region)
    stem = case.resolve().stem if case.is_file() else case.resolve().name

    def tell(done: Opened) -> None:
        click.echo(text("desk.serving" if done.serving else "desk.already", lang, address=done.door.address))
        if done.serving:
            click.echo(text("desk.serving_stop", lang))
        if not no_browser:
            webbrowser.open(done.page.as_uri())

    desk = Desk(
        case=case.resolve(),
        out=(out or case.resolve().with_name(f"{stem}_out")).resolve(),
        ledger=(ledger or case.resolve().with_name(f"{stem}_ledger.db")).resolve(),
        papers=case.resolve().with_name(stem + text("desk.papers_folder", lang)),
        home=desk_home(case),
        now=_now,
        rules=rules or "",
        first={"lang": lang, **({"region": region} if region else {})},
    )
    serve(desk, port=port, opened=tell)


COMMANDS: tuple[click.Command, ...] = (desk_command,)
