"""The topics of social insurance that documents are about."""

from __future__ import annotations

# id -> what people see
TOPICS: dict[str, str] = {
    "lump_sum": "Rút BHXH một lần",
    "pension": "Lương hưu, tuổi nghỉ hưu",
    "contribution": "Mức đóng, tiền lương làm căn cứ đóng",
    "evasion": "Chậm đóng, trốn đóng BHXH",
    "voluntary": "BHXH tự nguyện",
    "maternity": "Chế độ thai sản",
    "sickness": "Chế độ ốm đau",
    "work_accident": "Tai nạn lao động, bệnh nghề nghiệp",
    "unemployment": "Bảo hiểm thất nghiệp",
    "health_card": "Thẻ BHYT, tham gia và gia hạn",
    "health_care": "Khám chữa bệnh, thanh toán BHYT",
    "digital": "VssID, VNeID, dịch vụ công trực tuyến",
    "service_attitude": "Thái độ phục vụ, thủ tục",
    "fraud": "Lừa đảo, mạo danh, trục lợi quỹ",
    "fund": "Quỹ BHXH, đầu tư, cân đối quỹ",
    "law_reform": "Sửa đổi luật, nghị định",
    "household_business": "Hộ kinh doanh, lao động tự do",
    "social_pension": "Trợ cấp hưu trí xã hội",
    "data_privacy": "Bảo vệ dữ liệu cá nhân",
    "personnel": "Tổ chức bộ máy, cán bộ ngành BHXH",
    "campaign": "Tuyên truyền, vận động tham gia",
}
