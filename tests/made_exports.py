"""Files as bureaus receive them, made: credit codes that fit their check digit, what providers and counties send."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Sequence

import xlsxwriter

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def credit_code(number: int, division: str = "330482") -> str:
    """A credit code that nobody has been given: its check digit fits (GB 32100-2015)."""
    body = f"91{division}{number:09d}"
    total = sum(_ALPHABET.index(letter) * pow(3, place, 31) for place, letter in enumerate(body))
    return body + _ALPHABET[-total % 31]


def web_page(rows: Sequence[Sequence[str]], title: str = "") -> bytes:
    """A page with one table under a title that spans it, as some systems export under the name .xls."""
    width = max(map(len, rows))
    head = f'<tr><th colspan="{width}">{title}</th></tr>' if title else ""
    lines = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<html><head><style>td {{}}</style></head><body><table>{head}{lines}</table></body></html>".encode(
        "gb18030"
    )


def docx(rows: Sequence[Sequence[str]]) -> bytes:
    """A document with one table; a cell "^" goes on from the one above."""
    body = ""
    for number, row in enumerate(rows):
        body += "<w:tr>"
        for place, cell in enumerate(row):
            starts = number + 1 < len(rows) and rows[number + 1][place] == "^" and cell != "^"
            merge = "<w:vMerge/>" if cell == "^" else '<w:vMerge w:val="restart"/>' if starts else ""
            said = "" if cell == "^" else f"<w:r><w:t>{cell}</w:t></w:r>"
            body += f"<w:tc><w:tcPr>{merge}</w:tcPr><w:p>{said}</w:p></w:tc>"
        body += "</w:tr>"
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    text = f'<w:document xmlns:w="{space}"><w:body><w:tbl>{body}</w:tbl></w:body></w:document>'
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("word/document.xml", text)
    return held.getvalue()


def pdf(pages: Sequence[Sequence[Sequence[str]]]) -> bytes:
    """A PDF with one ruled table a page; a page without rows has nothing on it, as a scan has no text."""
    wide, high = 190, 24
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(pages)} /Kids [{' '.join(f'{5 + 2 * n} 0 R' for n in range(len(pages)))}] >>",
        "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [4 0 R] >>",
        "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000 /FontDescriptor "
        "<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [0 -200 1000 900] /ItalicAngle 0 "
        "/Ascent 859 /Descent -140 /CapHeight 683 /StemV 80 >> "
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> >>",
    ]
    for rows in pages:
        drawn = []
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                left, bottom = 40 + place * wide, 760 - number * high
                drawn.append(f"{left} {bottom} {wide} {high} re S")
                text = cell.encode("utf-16-be").hex()
                drawn.append(f"BT /F 9 Tf {left + 4} {bottom + 8} Td <{text}> Tj ET")
        stream = "\n".join(drawn)
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 840 800] /Resources << /Font << /F 3 0 R >> >> "
            f"/Contents {len(objects) + 2} 0 R >>"
        )
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    out, places = "%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    return f"{out}{end}trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n".encode(
        "ascii"
    )


def xls(rows: Sequence[Sequence[str | float]], merged: Sequence[tuple[int, int, int, int]] = ()) -> bytes:
    """A workbook as Excel wrote it before 2007, of one sheet; merged: first and last row, first and last column."""

    def record(kind: int, content: bytes) -> bytes:
        return struct.pack("<HH", kind, len(content)) + content

    def begin(what: int) -> bytes:
        return record(0x0809, struct.pack("<HHHHII", 0x0600, what, 0x0DBB, 0x07CC, 0, 6))

    sheet = begin(0x0010)
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            where = struct.pack("<HHH", number, place, 0)
            if isinstance(cell, str):
                sheet += record(0x0204, where + struct.pack("<HB", len(cell), 1) + cell.encode("utf-16-le"))
            else:
                sheet += record(0x0203, where + struct.pack("<d", cell))
    areas = b"".join(struct.pack("<HHHH", *area) for area in merged)
    sheet += record(0x00E5, struct.pack("<H", len(merged)) + areas) + record(0x000A, b"")
    name = "Sheet1".encode("utf-16-le")
    start = len(begin(5)) + 4 + 8 + len(name) + 4
    book = begin(5) + record(0x0085, struct.pack("<IHBB", start, 0, 6, 1) + name) + record(0x000A, b"") + sheet
    book = book.ljust(max(4096, -(-len(book) // 512) * 512), b"\0")
    return _compound("Workbook", book)


def _compound(name: str, stream: bytes) -> bytes:
    """A compound file that holds one stream of whole sectors."""
    sectors = len(stream) // 512
    free, end, table = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    chain = [table, end, *range(3, sectors + 2), end]
    assert len(chain) <= 128, "one sector of the table of sectors is all that is written"
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, end, 0, end, 0) + struct.pack("<109I", 0, *[free] * 108)

    def entry(called: str, kind: int, below: int, first: int, size: int) -> bytes:
        text = called.encode("utf-16-le") + b"\0\0"
        told = text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text), kind, 1, free, free, below)
        return told + bytes(36) + struct.pack("<IQ", first, size)

    folder = entry("Root Entry", 5, 1, end, 0) + entry(name, 2, free, 2, len(stream))
    folder += (bytes(66) + struct.pack("<BB", 0, 0) + struct.pack("<III", free, free, free) + bytes(48)) * 2
    return header + struct.pack("<128I", *chain, *[free] * (128 - len(chain))) + folder + stream


def xlsx(rows: Sequence[Sequence[str | float]], merged: Sequence[tuple[int, int, int, int]] = ()) -> bytes:
    """A workbook of one sheet; merged: first and last row, first and last column."""
    held = io.BytesIO()
    with xlsxwriter.Workbook(held, {"strings_to_urls": False}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        for top, bottom, left, right in merged:
            sheet.merge_range(top, left, bottom, right, rows[top][left])
    return held.getvalue()


def exports() -> dict[str, bytes]:
    """Six files in the layouts of providers and counties, by name; the firms are invented."""
    return {
        "导出结果.xlsx": _qichacha(),
        "高级搜索.xlsx": _tianyancha(),
        "【爱企查】企业信息.xls": _aiqicha(),
        "启信宝导出.csv": _qixinbao(),
        "规上企业名单.docx": _county(),
        "综合评价结果.pdf": _performance(),
    }


def _qichacha() -> bytes:
    """企查查: a notice over all columns, ="…" around codes, states of every kind, phones of persons and of offices."""
    header = [
        "企业名称",
        "登记状态",
        "法定代表人",
        "注册资本",
        "成立日期",
        "所属省份",
        "所属城市",
        "所属区县",
        "电话",
        "更多电话",
        "邮箱",
        "统一社会信用代码",
        "企业（机构）类型",
        "国标行业门类",
        "国标行业大类",
        "国标行业中类",
        "曾用名",
        "英文名",
        "官网",
        "参保人数",
        "经营范围",
    ]

    def row(name: str, state: str, code: str, phone: str, insured: str, former: str = "-") -> list[str]:
        return [
            name,
            state,
            "张某",
            "5000万人民币",
            "2017-03-05",
            "浙江省",
            "嘉兴市",
            "平湖市",
            phone,
            "13900000001",
            "a@qq.com",
            code,
            "有限责任公司",
            "制造业",
            "电气机械和器材制造业",
            "输配电及控制设备制造",
            former,
            "-",
            "www.example.com",
            insured,
            "一般项目：光伏设备及元器件制造；电池制造。",
        ]

    rows = [
        ["数据来源于企查查，导出时间：2026-03-12 10:21，仅供参考"],
        header,
        row(
            "平湖甲光伏有限公司",
            "存续（在营、开业、在册）",
            credit_code(1),
            "0573-85000001",
            "120",
            "平湖甲太阳能有限公司",
        ),
        row("平湖乙电池有限公司", "在业", credit_code(2), "13800000002", "-"),
        row("平湖丙逆变器有限公司", "注销", credit_code(3), "-", "0"),
        row("平湖丁组件有限公司", "吊销，未注销", credit_code(4), "-", "约15"),
        row("平湖戊材料有限公司", "存续", credit_code(5)[:-1] + "0", "-", "3"),
        row("平湖甲光伏有限公司", "存续", credit_code(1), "0573-85000001", "120"),
    ]
    return xlsx(rows, [(0, 0, 0, len(header) - 1)])


def _tianyancha() -> bytes:
    """天眼查: a declaration above, the name under 公司名称, a score of its own."""
    header = [
        "公司名称",
        "登记状态",
        "成立日期",
        "所属省份",
        "所属城市",
        "所属区县",
        "国标行业门类",
        "国标行业大类",
        "统一社会信用代码",
        "网址",
        "天眼评分",
        "参保人数",
        "参保人数所属年报",
        "经营范围",
        "注册资本",
        "法定代表人",
    ]
    rows = [
        ["声明：本数据由用户自行导出，仅供参考"],
        header,
        [
            "海宁己泵业有限公司",
            "存续",
            "2009-12-01",
            "浙江省",
            "嘉兴市",
            "海宁市",
            "制造业",
            "通用设备制造业",
            credit_code(6),
            "http://www.example.cn",
            "78",
            "56",
            "2024年报",
            "泵及真空设备制造",
            "1200万元人民币",
            "李某",
        ],
        [
            "海宁庚阀门有限公司",
            "迁出",
            "42371",
            "浙江省",
            "嘉兴市",
            "海宁市",
            "制造业",
            "通用设备制造业",
            credit_code(7),
            "-",
            "61",
            "8",
            "2024年报",
            "阀门和旋塞制造",
            "300万元人民币",
            "王某",
        ],
    ]
    return xlsx(rows)


def _aiqicha() -> bytes:
    """爱企查: XLS as before 2007, two notices above the header, a code that became a number."""
    header = [
        "企业名称",
        "登记状态",
        "法定代表人",
        "注册资本",
        "成立日期",
        "统一社会信用代码",
        "所属省份",
        "所属城市",
        "经营范围",
    ]
    rows: list[list[str | float]] = [
        ["批量查询数据导出（企业信息）-【爱企查】", *[""] * 8],
        ["导出时间：2026年3月1日", *[""] * 8],
        list(header),
        [
            "嘉善辛芯片有限公司",
            "开业",
            "赵某",
            "1000万(元)",
            "2019-08-08",
            credit_code(8),
            "浙江",
            "嘉兴",
            "集成电路制造",
        ],
        [
            "嘉善壬封装有限公司",
            "开业",
            "赵某",
            "1000万(元)",
            "2019-08-08",
            913304210000000000.0,
            "浙江",
            "嘉兴",
            "集成电路制造",
        ],
    ]
    return xls(rows, [(0, 0, 0, 8)])


def _qixinbao() -> bytes:
    """启信宝: CSV in GB18030 with ; between the cells, codes written ="…", a blank line, the header once more."""
    header = "企业名称;企业状态;法定代表人;统一社会信用代码;所属省份;所属城市;成立日期;联系电话;经营范围"
    rows = [
        header,
        f'海盐癸紧固件有限公司;存续;钱某;"=""{credit_code(10)}""";浙江省;嘉兴市;20170102;0573-86000001;紧固件制造',
        "",
        header,
        f'海盐子机械有限公司;停业;孙某;"=""{credit_code(10)}""";浙江省;嘉兴市;0000-00-00;;机械零部件加工',
    ]
    return "\n".join(rows).encode("gb18030")


def _county() -> bytes:
    """A county's list in a document: title and unit above, a header of two rows, a sum and a remark below."""
    return docx(
        [
            ["平湖市规模以上工业企业名单（2025年）", *[""] * 6],
            ["单位：万元、人", *[""] * 6],
            ["序号", "单位详细名称", "统一社会信用代码", "行业代码", "主要产品", "主要指标", ""],
            ["^", "^", "^", "^", "^", "营业收入", "从业人员平均人数"],
            ["1", "平湖甲光伏有限公司", credit_code(1), "3825", "光伏组件", "12,000.5", "约120"],
            ["2", "平湖丑电机有限公司", credit_code(11), "3812", "电机、减速器", "1.2亿元", "86人"],
            ["合计", "2家", "", "", "", "24,000.5", "206"],
            ["注：数据来源于统计局年报", *[""] * 6],
        ]
    )


def _performance() -> bytes:
    """An evaluation by yield per mu, as a PDF of two pages with the header on both."""
    header = ["企业名称", "统一社会信用代码", "评价等级", "亩均税收（万元/亩）"]
    return pdf(
        [
            [
                header,
                ["平湖甲光伏有限公司", credit_code(1), "A类", "35.2"],
                ["平湖乙电池有限公司", credit_code(2), "B类", "12"],
            ],
            [header, ["平湖寅纺织有限公司", credit_code(12), "D类", "1.1"]],
        ]
    )
