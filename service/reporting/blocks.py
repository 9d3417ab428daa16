"""What a report is made of, whatever file it becomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 is a section of the report."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    text: str


@dataclass(frozen=True, slots=True)
class Fill:
    """What a person writes here; every file marks it as still to be written."""

    what: str

    @property
    def text(self) -> str:
        return f"[Người lập báo cáo bổ sung: {self.what}]"


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    lines: Sequence[str]


@dataclass(frozen=True, slots=True)
class Number:
    """A figure: as it is read, and as a spreadsheet reckons with it and shows it.

    Attributes:
        form: of a spreadsheet; by whether the value is whole where not given.
        unit: that a spreadsheet shows behind it.
    """

    text: str
    value: float | None = None
    form: str = ""
    unit: str = ""

    @property
    def shown(self) -> str:
        form = self.form or ("#,##0" if self.value is None or float(self.value).is_integer() else "#,##0.0#")
        return f'{form} "{self.unit}"' if self.unit else form


@dataclass(frozen=True, slots=True)
class Link:
    """A title with the address it was published at."""

    text: str
    url: str

    @property
    def is_web(self) -> bool:
        """Whether an address from outside may become a link."""
        return self.url.lower().startswith(("https://", "http://")) and not set(self.url) & set(" <>\"'`\\\n\r\t")


@dataclass(frozen=True, slots=True)
class Moment:
    """A time: as it is read, and as a spreadsheet sorts by it and shows it, in Việt Nam's time."""

    text: str
    at: datetime
    form: str = "dd/mm/yyyy hh:mm"


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its interval in one cell; a spreadsheet has the bounds in columns of their own.

    Attributes:
        value, low, high: 0 to 1; None where there is too little to tell, which the text says.
    """

    text: str
    value: float | None = None
    low: float | None = None
    high: float | None = None


Cell = str | Number | Link | Moment | Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table.

    Attributes:
        name: of its sheet in a workbook, and its caption.
        widths: how wide the columns are to one another.
    """

    name: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    widths: Sequence[int]


Block = Heading | Paragraph | Fill | Items | Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """Head and foot of an administrative document (Decree 30/2020/NĐ-CP, Annex I); number and day stay empty until a
    person signs it.

    Attributes:
        parent, agency: the governing and the issuing agency, in capitals.
        named: the issuing agency as it stands within a sentence.
        place: where it is signed.
        year: it is signed in.
        above: agency that the report goes to, as it stands within a sentence; empty: none.
    """

    parent: str
    agency: str
    named: str
    place: str
    year: int
    above: str = ""

    @property
    def dated(self) -> str:
        return f"{self.place}, ngày ... tháng ... năm {self.year}"

    @property
    def attached(self) -> str:
        """What stands below the title of an annex."""
        return f"(Kèm theo Báo cáo số ..../BC-... ngày ... tháng ... năm {self.year} của {self.named})"


COUNTRY = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
NUMBER = "Số: ..../BC-..."
DRAFT = "DỰ THẢO - chưa có giá trị văn bản"
ANNEX = "Phụ lục"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A report.

    Attributes:
        title: in capitals where there is a letterhead («BÁO CÁO»).
        subject: what about.
        annex: what comes behind the signature, on a page of its own; `annex_title` what it is about.
        letterhead: None: notes for the desk, no administrative document.
        addressed: it begins with whom it is for («Kính gửi»).
        made_at: for the properties of a file.
    """

    title: str
    subject: str
    blocks: Sequence[Block]
    annex: Sequence[Block] = ()
    annex_title: str = ""
    letterhead: Letterhead | None = None
    addressed: bool = False
    made_at: datetime | None = None

    @property
    def receivers(self) -> Sequence[str]:
        above = self.letterhead.above if self.letterhead else ""
        reported = [f"- {above} (để báo cáo);"] if above else []
        return ["- Như trên;"] * self.addressed + [*reported, "- Lưu: VT, ..."]

    @property
    def annex_head(self) -> Sequence[str]:
        """The lines above an annex: that it is one, what it is about, and what it belongs to."""
        attached = [self.letterhead.attached] if self.letterhead else []
        return [ANNEX, self.annex_title.upper(), *attached] if self.annex else []


def text_of(cell: Cell) -> str:
    """A cell as it is read."""
    return cell if isinstance(cell, str) else cell.text
