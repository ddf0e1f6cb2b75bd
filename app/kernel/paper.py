"""HTML on paper: a PDF out of the plain parts of a page, with its font embedded.

The page that people read is also what is printed, so both say the same.
Understood are headings, paragraphs, lists, description lists, tables and ``pre``;
everything else counts as what stands in it. Chinese is set in the one font that
ships (``app/kernel/fonts``); a PDF holds only the characters it uses, and their
text can be copied out of it again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any

from lxml import html
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

FONT = "Micro Hei"
_FONT_FILE = Path(__file__).parent / "fonts" / "wqy-microhei.ttc"
_WIDTH = A4[0] - 36 * mm
_INK, _SOFT, _LINE, _SHADE = (HexColor(c) for c in ("#1a1f26", "#56606e", "#b9c0ca", "#eef1f4"))
_CJK = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")
_SPACES = re.compile(r"[ \t\r\n\u00a0]+")
_UNPRINTED = frozenset({"script", "style", "form", "button", "template"})
_HEADINGS = {"h1": 16, "h2": 12.5, "h3": 10.5, "h4": 9.5}
_BLOCKS = frozenset({"p", "ul", "ol", "dl", "table", "pre", "section", "div", "article", "details", "summary"})
Element = Any
"""An element of lxml, which has no types."""


@cache
def _register() -> None:
    pdfmetrics.registerFont(TTFont(FONT, str(_FONT_FILE), subfontIndex=0))
    pdfmetrics.registerFontFamily(FONT, normal=FONT, bold=FONT, italic=FONT, boldItalic=FONT)


def pdf(fragment: str, *, title: str, author: str, foot: str) -> bytes:
    """The PDF of an HTML fragment; ``foot`` stands on each page beside its number."""
    _register()
    written = BytesIO()
    paper = SimpleDocTemplate(
        written, pagesize=A4, title=title, author=author, leftMargin=18 * mm, rightMargin=18 * mm,
        topMargin=16 * mm, bottomMargin=18 * mm, initialFontName=FONT,
    )  # fmt: skip
    body = html.fragment_fromstring(fragment, create_parent="div")
    paper.build(list(_flow(body)), onFirstPage=_foot(foot), onLaterPages=_foot(foot))
    return written.getvalue()


def _foot(text: str) -> Callable[[Canvas, object], None]:
    def draw(canvas: Canvas, _: object) -> None:
        canvas.setFont(FONT, 7)
        canvas.setFillColor(_SOFT)
        canvas.drawString(18 * mm, 10 * mm, text)
        canvas.drawRightString(A4[0] - 18 * mm, 10 * mm, str(canvas.getPageNumber()))

    return draw


def _style(text: str, size: float = 8.5, *, soft: bool = False, space: float = 2) -> ParagraphStyle:
    # Chinese may break anywhere; in Latin text only words may.
    wrap = "CJK" if _CJK.search(text) else None
    return ParagraphStyle(
        "p", fontName=FONT, fontSize=size, leading=size * 1.45, textColor=_SOFT if soft else _INK, spaceAfter=space,
        wordWrap=wrap, splitLongWords=1,
    )  # fmt: skip


def _paragraph(text: str, size: float = 8.5, *, soft: bool = False, space: float = 2) -> Paragraph:
    return Paragraph(escape(text).replace("\n", "<br/>"), _style(text, size, soft=soft, space=space))


def _heading(text: str, size: float) -> Paragraph:
    style = _style(text, size, space=3)
    style.keepWithNext = 1
    return Paragraph(escape(text), style)


def _flow(element: Element) -> Iterator[Flowable]:
    """The flowables of an element's children, in order; text between them counts."""
    if element.text and element.text.strip():
        yield _paragraph(_plain(element.text))
    for child in element:
        if isinstance(child.tag, str) and not _hidden(child):
            yield from _block(child)
        if child.tail and child.tail.strip():
            yield _paragraph(_plain(child.tail))


def _block(element: Element) -> Iterator[Flowable]:
    tag = element.tag
    if tag in _HEADINGS:
        yield Spacer(1, 6)
        yield _heading(text_of(element), _HEADINGS[tag])
    elif tag == "table":
        yield from _table(element)
    elif tag == "dl":
        yield from _pairs(element)
    elif tag in {"ul", "ol"}:
        for item in element.iterchildren("li"):
            yield from _item(item)
    elif any(child.tag in _BLOCKS or child.tag in _HEADINGS for child in element):
        yield from _flow(element)
    elif text := text_of(element):
        yield _paragraph(text, soft="text-secondary" in element.get("class", ""))


def _item(item: Element) -> Iterator[Flowable]:
    if any(child.tag in _BLOCKS for child in item):
        yield from _flow(item)
    else:
        yield _paragraph(f"· {text_of(item)}")


def _pairs(element: Element) -> Iterator[Flowable]:
    rows = []
    for term in element.iter("dt"):
        value = term.getnext()
        if value is not None and not _hidden(term.getparent()):
            rows.append([_paragraph(text_of(term), 8, soft=True), list(_flow_or_text(value))])
    if rows:
        yield _grid(rows, [_WIDTH * 0.26, _WIDTH * 0.74], head=0)


def _flow_or_text(element: Element) -> Iterator[Flowable]:
    if any(child.tag in _BLOCKS for child in element):
        yield from _flow(element)
    else:
        yield _paragraph(text_of(element) or "–")


def _table(element: Element) -> Iterator[Flowable]:
    rows, widths = _cells(element)
    if not rows:
        return
    head = len(element.findall(".//thead/tr"))
    total = sum(widths)
    drawn = [
        [_paragraph(text, 7, soft=place < head) for text in row + [""] * (len(widths) - len(row))]
        for place, row in enumerate(rows)
    ]
    yield _grid(drawn, [_WIDTH * width / total for width in widths], head=head)


def _cells(element: Element) -> tuple[list[list[str]], list[float]]:
    """The texts of a table, cells that reach down repeated as empty ones, and how wide each column wants to be."""
    rows: list[list[str]] = []
    reaching: dict[int, int] = {}
    for line in element.iter("tr"):
        row: list[str] = []
        for cell in line.iterchildren("td", "th"):
            _reach(row, reaching)
            if (down := int(cell.get("rowspan", "1"))) > 1:
                reaching[len(row)] = down - 1
            row.append(text_of(cell))
        _reach(row, reaching)
        rows.append(row)
    count = max((len(row) for row in rows), default=0)
    longest = [max((_breadth(row[n]) for row in rows if n < len(row)), default=1) for n in range(count)]
    return rows, [min(max(width, 7.0), 42.0) for width in longest]


def _reach(row: list[str], reaching: dict[int, int]) -> None:
    while reaching.get(len(row), 0) > 0:
        reaching[len(row)] -= 1
        row.append("")


def _breadth(text: str) -> float:
    """In Latin letters; a Chinese character counts for nearly two."""
    return max((len(line) + 0.8 * len(_CJK.findall(line)) for line in text.split("\n")), default=0)


def _grid(rows: list[list[object]], widths: list[float], *, head: int) -> Table:
    style = [
        ("FONT", (0, 0), (-1, -1), FONT, 8),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, _LINE),
        ("LEFTPADDING", (0, 0), (-1, -1), 3),
        ("RIGHTPADDING", (0, 0), (-1, -1), 3),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
    ]
    if head:
        style.append(("BACKGROUND", (0, 0), (-1, head - 1), _SHADE))
    return Table(rows, colWidths=widths, repeatRows=head, splitInRow=1, style=TableStyle(style), spaceAfter=5)


def _hidden(element: Element) -> bool:
    classes = element.get("class", "").split()
    return element.tag in _UNPRINTED or "no-print" in classes or "visually-hidden" in classes


def text_of(element: Element) -> str:
    """What is read in an element; blocks in it on lines of their own."""
    lines = "".join(_texts(element)).split("\n")
    return "\n".join(line for line in (_SPACES.sub(" ", line).strip() for line in lines) if line)


def _texts(element: Element) -> Iterator[str]:
    kept = element.get("class", "")
    typed = "typed-text" in kept or element.tag == "pre"
    yield (element.text or "") if typed else _plain(element.text or "")
    for child in element:
        if isinstance(child.tag, str) and not _hidden(child):
            edge = "\n" if child.tag in _BLOCKS or child.tag in {"li", "br", "div"} else ""
            yield edge
            yield from _texts(child)
            yield edge
        yield _plain(child.tail or "")


def _plain(text: str) -> str:
    return _SPACES.sub(" ", text)
