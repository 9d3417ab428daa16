"""The cheap first gate: a text that names nothing of social insurance is not looked at any further."""

from __future__ import annotations

import re

from classifiers.features.normalise import clean

# Any of the first in the lower-case text lets it pass to the model, any of the second a short one; wide on purpose, the
# model decides. Accented and bare spellings are listed apart: folding a whole page costs more than looking twice.
_STRONG = (
    "bảo hiểm", "bhxh", "bhyt", "bhtn", "vssid", "vneid", "hưu", "thất nghiệp", "thai sản", "ốm đau", "nghỉ ốm",
    "an sinh", "bao hiem", "luong huu", "that nghiep", "thai san", "om dau", "huu tri", "nghi huu", "chốt sổ",
    "chot so", "tnlđ", "tai nạn lao động", "tai nan lao dong", "bệnh nghề nghiệp", "tử tuất", "lương cơ sở",
    "mức tham chiếu", "viện phí", "c65", "vật tư y tế", "thiếu thuốc", "trái tuyến", "thông tuyến",
    "chuyển tuyến", "luật việc làm", "trợ cấp", "định danh", "1900 9068", "19009068", "1900.9068",
)  # fmt: skip
_WEAK = (
    "vss", "rút sổ", "sổ", "một lần", "1 lần", "một cục", "đúng tuyến", "chuyển viện", "tự nguyện", "tham gia",
    "khám", "thuốc", "thẻ", "mức đóng", "75 tuổi", "70 tuổi", "tuổi già",
     "đóng", "sinh con", "giám định", "quỵt", "hộ kinh doanh",
    "mã số", "quyền lợi", "tuất", "mai táng", "nghỉ đẻ", "chế độ", "lĩnh", "lãnh", "hưởng", "bệnh viện",
    "truy thu", "quỹ", "số dư", "sáp nhập", "một cửa", "so bh", "the bh", "rut so", "mot lan", "1 lan",
    "trai tuyen", "tu nguyen", "tro cap", "an sinh", "dong", "kham", "ve huu", "tien huu", "cam so", "gom so",
    "che do", "vien phi", "nghi om", "thuoc", "mot cuc", "quyen loi", "lanh", "linh", "huong", "chuyen vien", "75 tuoi",
    "70 tuoi", "tuoi gia", "ho kinh doanh", "dinh danh", "so du", "dung tuyen", "mai tang", "giam dinh", "truy thu",
)  # fmt: skip
_SPELT_OUT = re.compile(r"\bb[\W_]{0,2}h[\W_]{0,2}(?:x[\W_]{0,2}h|y[\W_]{0,2}t|t[\W_]{0,2}n)\b")
_INSURANCE = re.compile(r"\bbh\b")  # as people type it
SHORT = 700  # characters: longer texts that are about social insurance name it outright


def may_concern(title: str, text: str) -> bool:
    """Whether a text could be about social insurance; the lists err on the side of letting it pass."""
    whole = f"{title}\n{text}"
    whole = " ".join((whole if whole.isascii() else clean(whole)).lower().split())
    if any(term in whole for term in _STRONG):
        return True
    if len(whole) <= SHORT and (_INSURANCE.search(whole) or any(term in whole for term in _WEAK)):
        return True
    return _SPELT_OUT.search(whole) is not None
