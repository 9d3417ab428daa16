"""What a person is told whose words hold personal data, or an address that is not the agency's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from service.domain.documents import MaskKind

KINDS: Mapping[MaskKind, str] = {
    MaskKind.PHONE: "số điện thoại",
    MaskKind.CITIZEN_ID: "số căn cước, chứng minh",
    MaskKind.INSURANCE_CODE: "mã số BHXH, thẻ BHYT",
    MaskKind.EMAIL: "địa chỉ thư điện tử",
    MaskKind.ACCOUNT: "số tài khoản",
    MaskKind.HANDLE: "tên tài khoản mạng xã hội",
    MaskKind.PROFILE_LINK: "đường dẫn trang trên mạng xã hội",
    MaskKind.PAPER: "số hộ chiếu, mã số thuế, biển số xe",
    MaskKind.ADDRESS: "số nhà",
}


def refusal(found: Sequence[tuple[MaskKind, str]]) -> str:
    """Why such words are not kept, and what could stand there instead."""
    pieces = "; ".join(f"“{piece}” ({KINDS[kind]})" for kind, piece in dict.fromkeys(found))
    return (
        f"Chưa lưu, vì trong nội dung có dữ liệu có thể là của cá nhân: {pieces}. Vui lòng bỏ, hoặc chỉ dùng đầu mối "
        "của cơ quan: tổng đài có đầu số 1800, 1900, hộp thư và trang thuộc tên miền của cơ quan; trang trên mạng xã "
        "hội thì ghi tên trang thay cho đường dẫn."
    )


def not_own(addresses: Sequence[str]) -> str:
    """Why a place of publication is not recorded whose address is not the agency's."""
    pieces = "; ".join(f"“{each}”" for each in dict.fromkeys(addresses))
    return (
        f"Chưa ghi nhận, vì địa chỉ không thuộc tên miền của cơ quan: {pieces}. Vui lòng ghi địa chỉ trang của cơ "
        "quan, hoặc chỉ ghi tên nơi công bố (tên báo, đài, loa truyền thanh) mà không kèm địa chỉ."
    )
