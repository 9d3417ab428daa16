"""The groups of people that documents are about, never who wrote them."""

from __future__ import annotations

# id -> what people see
AUDIENCES: dict[str, str] = {
    "farmers": "Nông dân",
    "informal": "Lao động tự do, phi chính thức",
    "employees": "Người lao động trong doanh nghiệp",
    "employers": "Người sử dụng lao động",
    "retirees": "Người nghỉ hưu, người cao tuổi",
    "officials": "Cán bộ, công chức, viên chức",
    "students": "Học sinh, sinh viên",
    "minorities": "Đồng bào dân tộc thiểu số",
    "household_business": "Hộ kinh doanh",
    "patients": "Người bệnh",
    "women": "Phụ nữ",
}
