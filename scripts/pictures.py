#!/usr/bin/env python3
"""The pictures of the README, made from the case of Jiaxing by the program itself.

    scripts/pictures

panorama.png: a chain page in Chromium; targets.png: the sheet of a chain in the workbook, through LibreOffice;
waterfall.png: what the fit of a firm is made of. Each is a PNG of at most 200 kB with a palette.
"""

from __future__ import annotations

import io
import subprocess
import tempfile
from pathlib import Path

from PIL import Image, ImageChops

from chaingraph.main_job import run
from chaingraph.model.findings import only_chains
from chaingraph.writers.charts.charts import score_waterfall, write_chart
from chaingraph.writers.workbook.workbook import write_workbook

ROOT = Path(__file__).resolve().parents[1]
CASE, OUT = ROOT / "data" / "jiaxing", ROOT / "docs" / "pictures"
CHAIN, FIRM, TITLE = "PV", "上能电气", "光伏新能源"
WIDE, MOST = 1400, 200_000  # pixels, bytes
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--hide-scrollbars",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)


def panorama(page: Path) -> Image.Image:
    """The lanes of a chain page, with their legend."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    for flag in FLAGS:
        options.add_argument(flag)
    options.binary_location = "/usr/bin/chromium"
    browser = webdriver.Chrome(service=webdriver.ChromeService("/usr/bin/chromedriver"), options=options)
    try:
        size = {"width": WIDE, "height": 2600, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        browser.get(page.as_uri())
        box = browser.execute_script("""
          const [tools, lanes] = [document.querySelector('.panorama'), document.getElementById('lanes')];
          return [tools.getBoundingClientRect().top, lanes.getBoundingClientRect().bottom]""")
        size["height"] = int(box[1]) + 40  # as far down as the lanes go
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        shot = Image.open(io.BytesIO(browser.get_screenshot_as_png()))
    finally:
        browser.quit()
    return shot.crop((0, int(box[0]) - 8, WIDE, int(box[1]) + 16))


def target_sheet(workbook: Path, folder: Path) -> Image.Image:
    """The first printed page of the chain's sheet."""
    office = ["soffice", f"-env:UserInstallation={(folder / 'office').as_uri()}", "--headless", "--convert-to", "pdf"]
    subprocess.run([*office, "--outdir", str(folder), str(workbook)], check=True, stdout=subprocess.DEVNULL)
    pdf = folder / f"{workbook.stem}.pdf"
    words = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], check=True, capture_output=True, text=True).stdout
    pages = words.split("\f")
    number = next(place for place, page in enumerate(pages, start=1) if f"{TITLE} · 目标企业" in page)
    place = folder / "sheet"
    command = [
        "pdftoppm",
        "-png",
        "-r",
        "110",
        "-f",
        str(number),
        "-l",
        str(number),
        "-singlefile",
        str(pdf),
        str(place),
    ]
    subprocess.run(command, check=True)
    return Image.open(place.with_suffix(".png"))


def trimmed(picture: Image.Image, edge: int = 12) -> Image.Image:
    """Without the empty margin."""
    plain = picture.convert("RGB")
    box = ImageChops.difference(plain, Image.new("RGB", plain.size, plain.getpixel((0, 0)))).getbbox()
    if box is None:
        msg = "a picture came out empty"
        raise SystemExit(msg)
    left, top, right, bottom = box
    wide, high = plain.size
    return plain.crop((max(0, left - edge), max(0, top - edge), min(wide, right + edge), min(high, bottom + edge)))


def save(picture: Image.Image, name: str) -> None:
    """As a PNG with as many colours as its size allows."""
    plain = picture.convert("RGB")
    if plain.width > WIDE:
        plain = plain.resize((WIDE, round(plain.height * WIDE / plain.width)), Image.Resampling.LANCZOS)
    for colours in (128, 64, 32, 16):
        held = io.BytesIO()
        plain.quantize(colours, dither=Image.Dither.NONE).save(held, "PNG", optimize=True)
        if held.tell() <= MOST:
            break
    else:
        msg = f"{name} has {held.tell()} bytes, more than {MOST}"
        raise SystemExit(msg)
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / name).write_bytes(held.getvalue())
    print(f"docs/pictures/{name}: {plain.width} x {plain.height}, {held.tell() / 1000:.0f} kB, {colours} colours")


def main() -> None:
    """Run the case, make the three pictures."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        made = run(CASE, region="嘉兴", out=folder / "out")
        save(panorama(folder / "out" / f"{CHAIN}.html"), "panorama.png")
        write_workbook(only_chains(made.findings, [CHAIN]), made.graph, folder / "chain.xlsx", lang="zh")
        save(trimmed(target_sheet(folder / "chain.xlsx", folder)), "targets.png")
        write_chart(score_waterfall(made.findings, FIRM, chain_id=CHAIN), folder / "waterfall.png")
        save(Image.open(folder / "waterfall.png"), "waterfall.png")


if __name__ == "__main__":
    main()
