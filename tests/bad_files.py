"""How a bad file is refused: with which sentence, in what time and memory; and workbooks made by hand."""

from __future__ import annotations

import subprocess
import sys
import time
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from chaingraph.errors import CaseError
from chaingraph.reading.read import read_case

MEGABYTE = 1024 * 1024


QUICK = 30.0  # seconds; a refusal takes tenths, but a machine may be busy


def refused(path: Path, **options: float) -> str:
    start = time.perf_counter()
    with pytest.raises(CaseError) as caught:
        read_case(path, lang="en", **options)
    assert time.perf_counter() - start < QUICK
    return str(caught.value)


def memory_and_message(path: Path) -> tuple[int, str]:
    """Megabytes that reading a case takes beyond the imports, and what it says, in a process of its own."""
    probe = (
        "import resource, sys, time\nfrom chaingraph.reading.read import read_case\n"
        "from chaingraph.errors import CaseError\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss; start = time.perf_counter()\n"
        "try:\n    read_case(sys.argv[1], lang='en')\nexcept CaseError as error:\n    print(error)\n"
        "print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024, time.perf_counter() - start)\n"
    )
    done = subprocess.run([sys.executable, "-c", probe, path], capture_output=True, text=True, check=True)
    *message, numbers = done.stdout.splitlines()
    return int(numbers.split()[0]), "\n".join(message)


IN_KILOBYTES = pytest.mark.skipif(sys.platform != "linux", reason="the peak of memory is counted in kilobytes on Linux")


HEAD = (
    b'<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>firm_id</t></is></c>'
    b'<c r="B1" t="inlineStr"><is><t>firm</t></is></c></row>'
)


END = b"</sheetData></worksheet>"


_TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


_PARTS = {
    "_rels/.rels": f'<Relationships><Relationship Id="a" Type="{_TYPE}/officeDocument" Target="xl/workbook.xml"/>'
    "</Relationships>",
    "xl/workbook.xml": '<workbook xmlns:r="r"><sheets><sheet name="firms" sheetId="1" r:id="s"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships><Relationship Id="s" Type="{_TYPE}/worksheet" Target="sheet.xml"/>'
    f'<Relationship Id="t" Type="{_TYPE}/sharedStrings" Target="strings.xml"/></Relationships>',
}


def workbook(path: Path, sheet: Iterable[bytes], strings: Iterable[bytes] = (b"<sst/>",)) -> None:
    """A workbook made by hand, so that it can hold what no program would write."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in _PARTS.items():
            archive.writestr(name, content)
        for name, pieces in (("xl/sheet.xml", sheet), ("xl/strings.xml", strings)):
            with archive.open(name, "w", force_zip64=True) as part:
                for piece in pieces:
                    part.write(piece)
