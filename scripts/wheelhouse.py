"""Fill a folder from which chaingraph installs without a network, on Linux (x86-64, ARM) and on Windows."""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable
from email.parser import HeaderParser
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

ROOT = Path(__file__).resolve().parents[1]
PYTHONS = ("3.11", "3.12", "3.13")
# The tags a wheel may carry to be installed there; the Linux ones hold for glibc 2.28 (2018) or newer.
TAGS = {
    "linux": ("manylinux_2_28_x86_64", "manylinux_2_27_x86_64", "manylinux_2_24_x86_64", "manylinux_2_17_x86_64",
              "manylinux2014_x86_64", "manylinux_2_12_x86_64", "manylinux_2_5_x86_64"),
    "windows": ("win_amd64",),
    "linux-arm": ("manylinux_2_28_aarch64", "manylinux_2_27_aarch64", "manylinux_2_24_aarch64",
                  "manylinux_2_17_aarch64", "manylinux2014_aarch64"),
}  # fmt: skip
DEFAULT = ("linux", "windows")  # linux-arm (Kylin, UOS on Kunpeng or Phytium) on request
# pip judges `; sys_platform == "win32"` by the machine it runs on, not by --platform. So what a wheel asks for on the
# other system is worked out here, from the same words.
MARKERS = {
    "linux": {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix", "platform_machine": "x86_64"},
    "windows": {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt", "platform_machine": "AMD64"},
    "linux-arm": {
        "sys_platform": "linux",
        "platform_system": "Linux",
        "os_name": "posix",
        "platform_machine": "aarch64",
    },
}
# pip builds an editable installation (scripts/run) with these.
BUILD = ("hatchling>=1.27", "editables>=0.5", "pip")

INSTALL_EN = """# Installing chaingraph without a network

This folder holds chaingraph {version} and everything it needs, for {systems}, Python {pythons}.
Copy the whole folder to the machine; SHA256SUMS lists every file (Linux: `sha256sum -c SHA256SUMS`).
Python itself is not in it.

Linux (glibc 2.28 or newer), in this folder:

    python3 -m venv .venv
    .venv/bin/python -m pip install --no-index --find-links . chaingraph
    .venv/bin/chaingraph run data/jiaxing --region 嘉兴 --out out
    # then open out/index.html in a browser

Windows, in PowerShell, in this folder:

    py -m venv .venv
    .venv\\Scripts\\python -m pip install --no-index --find-links . chaingraph
    .venv\\Scripts\\chaingraph run data\\jiaxing --region 嘉兴 --out out
    start out\\index.html

The Linux lines are tried whenever the project's tests run. The Windows lines are untested: what was checked is that
every wheel they need is here.
"""

INSTALL_ZH = """# 无网络环境下安装 chaingraph

本文件夹含 chaingraph {version} 及其全部依赖，适用于 {systems}，Python {pythons}。
请将整个文件夹拷到目标机器；SHA256SUMS 列出每个文件的校验值（Linux：`sha256sum -c SHA256SUMS`）。不含 Python 本身。

Linux（glibc 2.28 或更新），在本文件夹中：

    python3 -m venv .venv
    .venv/bin/python -m pip install --no-index --find-links . chaingraph
    .venv/bin/chaingraph run data/jiaxing --region 嘉兴 --out out
    # 然后用浏览器打开 out/index.html

Windows，在本文件夹中打开 PowerShell：

    py -m venv .venv
    .venv\\Scripts\\python -m pip install --no-index --find-links . chaingraph
    .venv\\Scripts\\chaingraph run data\\jiaxing --region 嘉兴 --out out
    start out\\index.html

Linux 的安装步骤在项目每次测试时都会试装。Windows 的四行未经实机测试：只核对了所需安装包齐全。
"""


def pip(*arguments: str) -> None:
    """Run pip of this environment; end with its own words when it fails."""
    done = subprocess.run([sys.executable, "-m", "pip", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"pip {' '.join(arguments[:1])} failed:\n{done.stdout[-1500:]}{done.stderr[-3000:]}")


def build(folder: Path) -> Path:
    """Our own wheel, made from this repository."""
    pip("wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(ROOT))
    return next(folder.glob("chaingraph-*.whl"))


def download(requirements: Iterable[str], folder: Path, system: str, python: str) -> None:
    """Wheels of the requirements, and of what they need as this machine sees it, for another system and Python."""
    platforms = [part for tag in TAGS[system] for part in ("--platform", tag)]
    pip(
        "download",
        "--quiet",
        "--only-binary=:all:",
        *platforms,
        "--implementation",
        "cp",
        "--python-version",
        python,
        "--find-links",
        str(folder),
        "--dest",
        str(folder),
        *requirements,
    )


def wanted(wheel: Path, extras: Iterable[str], environment: dict[str, str]) -> list[Requirement]:
    """What a wheel asks for in that environment with those extras."""
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        lines = HeaderParser().parsestr(archive.read(name).decode()).get_all("Requires-Dist") or []
    requirements = [Requirement(line) for line in lines]
    return [
        requirement
        for requirement in requirements
        if requirement.marker is None
        or any(requirement.marker.evaluate({**environment, "extra": extra}) for extra in (*extras, ""))
    ]


def missing(folder: Path, root: Path, extras: tuple[str, ...], environment: dict[str, str]) -> list[str]:
    """Requirements that no wheel of the folder meets, walking from our wheel; each as pip takes it."""
    wheels = {}
    for wheel in sorted(folder.glob("*.whl")):
        name, version, _, _ = parse_wheel_filename(wheel.name)
        wheels.setdefault(name, []).append((version, wheel))
    absent: set[str] = set()
    seen: set[tuple[str, tuple[str, ...]]] = set()
    frontier = [(root, extras)]
    while frontier:
        wheel, chosen = frontier.pop()
        for requirement in wanted(wheel, chosen, environment):
            name = canonicalize_name(requirement.name)
            fitting = [path for version, path in wheels.get(name, []) if version in requirement.specifier]
            plain = f"{requirement.name}{requirement.specifier}"
            if not fitting:
                absent.add(plain)
            key = (name, tuple(sorted(requirement.extras)))
            if fitting and key not in seen:
                seen.add(key)
                frontier += [(path, key[1]) for path in fitting]
    return sorted(absent)


def fill(folder: Path, wheel: Path, extras: tuple[str, ...], system: str, python: str) -> None:
    """All wheels that one system and Python need, the closure checked."""
    environment = {
        **MARKERS[system],
        "python_version": python,
        "python_full_version": f"{python}.0",
        "implementation_name": "cpython",
        "implementation_version": f"{python}.0",
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_version": "",
    }
    target = f"{wheel}[{','.join(extras)}]" if extras else str(wheel)
    download([target, *BUILD], folder, system, python)
    while absent := missing(folder, wheel, extras, environment):
        download(absent, folder, system, python)


def checksums(folder: Path) -> tuple[int, int]:
    """Write SHA256SUMS; the number of files and their bytes."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}" for path in files]
    (folder / "SHA256SUMS").write_text("\n".join(sums) + "\n", encoding="utf-8")
    return len(files), sum(path.stat().st_size for path in files)


def replace(folder: Path, made: Path) -> None:
    """Put the finished folder in its place; refuse to overwrite a folder that is not an offline folder."""
    if folder.exists():
        if any(folder.iterdir()) and not (folder / "SHA256SUMS").is_file():
            sys.exit(f"{folder} holds other files; give an empty or new folder / 目标文件夹非空")
        shutil.rmtree(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(made, folder)


def listed(value: str, known: Iterable[str]) -> tuple[str, ...]:
    """A comma-separated option whose parts must be known."""
    parts = tuple(part.strip() for part in value.split(",") if part.strip())
    unknown = [part for part in parts if part not in set(known)]
    if unknown or not parts:
        msg = f"{value!r}: choose from {', '.join(known)}"
        raise argparse.ArgumentTypeError(msg)
    return parts


def main() -> None:
    """Build the folder and say how large it is."""
    parser = argparse.ArgumentParser(prog="scripts/wheelhouse", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "wheelhouse", help="default: wheelhouse/")
    parser.add_argument("--python", type=lambda value: listed(value, PYTHONS), default=PYTHONS, metavar="3.11,3.12")
    parser.add_argument(
        "--platform", type=lambda value: listed(value, TAGS), default=DEFAULT, metavar="linux,windows,linux-arm"
    )
    parser.add_argument(
        "--extras",
        default="neo4j,briefs,charts,desk,documents,slides",
        help="extras of pyproject.toml to include (default: neo4j,briefs,charts,desk,documents,slides)",
    )
    options = parser.parse_args()
    extras = tuple(part for part in options.extras.split(",") if part)
    with tempfile.TemporaryDirectory(prefix="wheelhouse-") as temporary:
        whole = Path(temporary) / "wheelhouse"
        whole.mkdir()
        wheel = build(whole)
        for system in options.platform:
            for python in options.python:
                # A folder for each target, or pip would take a wheel of the other system for an answer.
                part = Path(temporary) / f"{system}-{python}"
                part.mkdir()
                fill(part, wheel, extras, system, python)
                count = len(list(part.glob("*.whl")))
                print(f"{system} Python {python}: {count} wheels", flush=True)
                for path in part.glob("*.whl"):
                    shutil.move(path, whole / path.name)
        shutil.copytree(ROOT / "data" / "jiaxing", whole / "data" / "jiaxing")
        shutil.copy(ROOT / "LICENSE", whole)
        facts = {
            "version": parse_wheel_filename(wheel.name)[1],
            "systems": "、".join(options.platform),
            "pythons": "、".join(options.python),
        }
        (whole / "INSTALL.zh-CN.md").write_text(INSTALL_ZH.format(**facts), encoding="utf-8")
        facts |= {"systems": " and ".join(options.platform), "pythons": ", ".join(options.python)}
        (whole / "INSTALL.md").write_text(INSTALL_EN.format(**facts), encoding="utf-8")
        files, size = checksums(whole)
        replace(options.folder, whole)
    print(f"{options.folder}: {files} files, {size / 1e6:.0f} MB; INSTALL.md says how to install from it")


if __name__ == "__main__":
    main()
