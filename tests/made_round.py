"""A folder of mixed files as a month brings it: texts of every format, lists of facts, what nobody can read."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

from chaingraph.leads.evaluation import read_labelled
from tests.made_leads import TEXTS

LISTS = {
    "备案公示.csv": "项目名称,建设单位,建设地点,总投资（万元）,备案日期\n",
    "土地成交.csv": "宗地编号,土地位置,土地面积（平方米）,竞得人,成交价（万元）,成交日期\n",
    "新设企业.csv": "新设企业名称,投资方,登记日期,注册地\n",
    "融资.csv": "融资企业,融资轮次,融资金额（万元）,融资日期,所在地\n",
}


def write_round(folder: Path, count: int = 200) -> Path:
    """So many files: four lists, two that cannot be read, the rest texts (TXT, MD, HTML, DOCX) with their days."""
    folder.mkdir(parents=True)
    rows = {name: head for name, head in LISTS.items()}
    for number in range(12):
        name = f"{chr(0x4E01 + number)}鹤"
        day = f"2025-{number % 9 + 1:02d}-11"
        rows["备案公示.csv"] += (
            f"年产{number + 1}万套部件项目,宁波{name}机械有限公司,宁波市镇海区,{number + 1}000,{day}\n"
        )
        rows["土地成交.csv"] += f"嘉秀洲2025-{number},秀洲区,20000,嘉兴{name}光电有限公司,1500,{day}\n"
        rows["新设企业.csv"] += f"嘉兴{name}储能有限公司,上海{name}集团股份有限公司,{day},平湖市\n"
        rows["融资.csv"] += f"苏州{name}半导体有限公司,B轮,20000,{day},苏州市\n"
    for name, body in rows.items():
        (folder / name).write_text(body, encoding="utf-8-sig")
    (folder / "坏.docx").write_bytes(b"PK\x03\x04 no archive")
    (folder / "空.txt").write_bytes(b"")
    texts = read_labelled(TEXTS)
    for number in range(count - len(LISTS) - 2):
        text = texts[number % len(texts)]
        name = f"{number:03d}_{text.published or '2025-06-01'}"
        if number % 4 == 0:
            (folder / f"{name}.txt").write_text(text.body, encoding="gb18030" if number % 8 else "utf-8")
        elif number % 4 == 1:
            (folder / f"{name}.html").write_text(f"<html><body><p>{text.body}</p></body></html>", encoding="utf-8")
        elif number % 4 == 2:
            (folder / f"{name}.md").write_text(text.body, encoding="utf-8")
        else:
            (folder / f"{name}.docx").write_bytes(_docx(text.body))
    return folder


def _docx(body: str) -> bytes:
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    plain = body.replace("&", "&amp;").replace("<", "&lt;")
    pieces = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in plain.splitlines())
    document = f'<w:document xmlns:w="{space}"><w:body>{pieces}</w:body></w:document>'
    kept = BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        archive.writestr("word/document.xml", document)
    return kept.getvalue()
