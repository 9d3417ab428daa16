"""What makes a password good enough (OWASP ASVS 2.1): long, and not one that programs guess first."""

from __future__ import annotations

import re

from zxcvbn import zxcvbn

MIN_PASSWORD, MAX_PASSWORD = 12, 256
WORTH_GUESSING = 72  # more than this adds only time to the estimate
OWN_WORDS = ("bhxh", "radar", "bhxhradar", "baohiemxahoi", "vietnam", "matkhau")
LEAST_OF_ITS_OWN = 6  # characters beside words that stand in the address or the service's name
GUESSABLE = "Mật khẩu này quá phổ biến hoặc dễ đoán. Vui lòng chọn một câu dài của riêng quý vị."
LOWEST_SCORE = 3  # of 0 to 4: more than 10^8 guesses


def why_not_password(password: str, *, email: str) -> str:
    """Why this cannot be the account's password, in Vietnamese; empty if it can.

    No rule asks for digits or signs; what is refused is what stands in lists of common passwords, is made of the
    account's own address or of the service's name, or is guessed quickly.
    """
    if len(password) < MIN_PASSWORD:
        return f"Mật khẩu mới cần ít nhất {MIN_PASSWORD} ký tự."
    if len(password) > MAX_PASSWORD:
        return f"Mật khẩu mới có tối đa {MAX_PASSWORD} ký tự."
    words = [w for w in re.split(r"[^a-z0-9]+", email.lower()) if len(w) > 2]
    own = password.lower()
    for word in sorted((*OWN_WORDS, *words), key=len, reverse=True):
        own = own.replace(word, "")
    if len(own) < LEAST_OF_ITS_OWN:
        return GUESSABLE
    if zxcvbn(password[:WORTH_GUESSING], user_inputs=[*OWN_WORDS, *words])["score"] < LOWEST_SCORE:
        return GUESSABLE
    return ""
