"""The script that starts a server: what it says where something is missing, and how it starts and stops."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.neo4j_server import SCRIPT, address


def script(*words: str, path: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the script, with nothing but the programs of a folder on the path where one is given."""
    settings = {**os.environ, **environment}
    settings.pop("JAVA_HOME", None)
    if path is not None:
        settings["PATH"] = str(path)
    command = [sys.executable, str(SCRIPT), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=settings, timeout=900)


def program(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("mkdir", "ps", "sh", "sleep"):
        found = shutil.which(name)
        assert found is not None
        (folder / name).symlink_to(found)
    return folder


def test_java_missing_or_too_old(tmp_path: Path, bare: Path) -> None:
    done = script("start", "--dir", str(tmp_path / "server"), path=bare)
    assert done.returncode == 1
    assert "Java was not found. Install Java 17" in done.stderr
    assert done.stdout == ""
    program(bare, "java", "echo 'openjdk version \"11.0.2\"' >&2")
    done = script("start", "--dir", str(tmp_path / "server"), path=bare)
    assert done.returncode == 1
    assert "is not Java 17 or 21" in done.stderr


def test_maven_missing_or_registry_out_of_reach(tmp_path: Path, bare: Path) -> None:
    program(bare, "java", "echo 'openjdk version \"17.0.15\"' >&2")
    cache = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    done = script("start", "--dir", str(tmp_path / "server"), path=bare, **cache)
    assert done.returncode == 1
    assert "Maven was not found" in done.stderr
    program(bare, "mvn", "echo '[ERROR] Could not transfer artifact org.neo4j:neo4j'; exit 1")
    done = script("start", "--dir", str(tmp_path / "server"), path=bare, **cache)
    assert done.returncode == 1
    assert "Maven could not fetch the server" in done.stderr
    assert "Could not transfer artifact" in done.stderr
    assert list((tmp_path / "cache").rglob("jars-*")) == []


def test_docker_missing(tmp_path: Path, bare: Path) -> None:
    done = script("start", "--docker", "--dir", str(tmp_path / "server"), path=bare)
    assert done.returncode == 1
    assert "Docker was not found" in done.stderr


def test_nothing_runs(tmp_path: Path) -> None:
    folder = str(tmp_path / "server")
    assert script("status", "--dir", folder).returncode == 3
    assert script("stop", "--dir", folder).returncode == 0
    done = script("env", "--dir", folder)
    assert done.returncode == 1
    assert "no server was started" in done.stderr


def test_a_foreign_process_is_never_stopped(tmp_path: Path) -> None:
    """A process id left over from before, now borne by another program."""
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        (tmp_path / "pid").write_text(str(other.pid))
        done = script("stop", "--dir", str(tmp_path))
        assert "not running" in done.stderr
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_start_waits_while_the_server_makes_progress(tmp_path: Path, bare: Path) -> None:
    """A slow machine is no reason to give up; a server that says nothing any more is."""
    program(bare, "mvn", 'for word; do case "$word" in -DoutputDirectory=*) mkdir -p "${word#*=}";; esac; done')
    steps = "for step in 1 2 3 4 5 6; do echo step; sleep 0.5; done"
    begins = 'case "$*" in *-version*) echo \'openjdk version "17.0.15"\' >&2; exit 0;; *AdminCommand*) exit 0;; esac'
    program(bare, "java", f"{begins}\n{steps}\nexec sleep 60")
    began = time.monotonic()
    words = ("start", "--dir", str(tmp_path / "server"), "--wait", "1.5")
    done = script(*words, path=bare, XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert done.returncode == 1
    assert "wrote nothing into its logs for 1.5 s" in done.stderr
    assert time.monotonic() - began > 5 * 0.5 + 1.5  # from its last word
    assert (tmp_path / "server" / "server.log").read_text() == "step\n" * 6
    assert not (tmp_path / "server" / "pid").exists()


@pytest.mark.neo4j
def test_start_status_stop(tmp_path: Path) -> None:
    address()
    folder = str(tmp_path / "server")
    done = script(
        "start", "--dir", folder, "--heap", "256m", "--page-cache", "16m", "--set", "db.transaction.timeout=30s"
    )
    try:
        assert done.returncode == 0, done.stderr
        assert stat.S_IMODE((tmp_path / "server" / "env").stat().st_mode) == 0o600
        lines = done.stdout.splitlines()
        names = [line.partition("=")[0] for line in lines]
        assert names == ["export NEO4J_URI", "export NEO4J_USER", "export NEO4J_PASSWORD"]
        assert lines[0].startswith("export NEO4J_URI=bolt://127.0.0.1:")
        assert len(lines[2].partition("=")[2]) >= 20
        again = script("start", "--dir", folder)
        assert again.stdout == done.stdout
        assert "already running" in again.stderr
        status = script("status", "--dir", folder)
        assert status.returncode == 0
        assert status.stdout.startswith("running\t")
        assert status.stdout.rstrip().endswith("\tanswers")
        assert script("env", "--dir", folder).stdout == done.stdout
        port = lines[0].rpartition(":")[2]
        taken = script("start", "--dir", str(tmp_path / "other"), "--port", port)
        assert taken.returncode == 1
        assert f"port {port} is taken" in taken.stderr
        wrong = script("start", "--dir", str(tmp_path / "third"), "--set", "nonsense")
        assert "write it as NAME=VALUE" in wrong.stderr
    finally:
        assert script("stop", "--dir", folder).returncode == 0
    assert script("status", "--dir", folder).returncode == 3
    failing = script("start", "--dir", folder, "--set", "server.memory.heap.nonsense=1")
    assert failing.returncode == 1
    assert "Last lines of" in failing.stderr
    assert "server.memory.heap.nonsense" in failing.stderr
