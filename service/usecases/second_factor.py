"""Second factor: time-based codes (RFC 6238) and recovery codes."""

from __future__ import annotations

import base64
import hmac
import secrets
from dataclasses import dataclass

import pyotp

from service.domain.accounts import User, may_enrol
from service.domain.audit import Action
from service.ports import Clock, Vault
from service.ports.storage import Store
from service.usecases.audit import audit, digest
from service.usecases.errors import AccountError

STEP_SECONDS = 30
SKEW = 1  # a code may be one step old or early: clocks of telephones differ
RECOVERY_CODES = 10
ISSUER = "BHXH Radar"
PROVIDER_FIRST = (
    "Tài khoản này đăng nhập qua hệ thống tài khoản của cơ quan. Vui lòng đăng xuất, đăng nhập lại bằng cách đó rồi "
    "bật xác thực hai lớp; nếu không đăng nhập được, vui lòng nhờ quản trị viên đặt lại bằng dòng lệnh."
)


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """Second factors of the accounts of one installation."""

    store: Store
    clock: Clock
    vault: Vault

    def new_secret(self) -> str:
        """A secret to be enrolled; it counts only when a code of it was given (see `enrol`)."""
        return pyotp.random_base32()

    def address(self, user: User, secret: str) -> str:
        """What the QR code says."""
        return pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name=ISSUER)

    def enrol(self, user: User, secret: str, code: str, *, session: int | None = None) -> list[str]:
        """Begin to ask for codes of this secret; gives new recovery codes, which are shown once.

        Every session of the account ends except this one: the others were entered without the code.

        Args:
            user: as they were when they were let in.

        Raises:
            AccountError: the code is not one of the secret's; or meanwhile the account or the session ended, or another
                second factor was enrolled; or the account is entered through a provider, and the session was not (in
                Vietnamese).
        """
        step = self._step_of(secret, code)
        if step is None:
            raise AccountError("Mã không đúng. Vui lòng kiểm tra giờ trên điện thoại rồi nhập mã mới.")
        codes, now = [_recovery_code() for _ in range(RECOVERY_CODES)], self.clock.now()
        with self.store.begin() as tx:
            sealed = self.vault.seal(secret.encode()).decode()
            mine = tx.enrol_second_factor(user.id, sealed, step, instead_of=user.totp_secret)
            found = next((s for s in tx.sessions(user.id, now=now) if s.id == session), None)
            known = tx.user_by_id(user.id)
            if not mine or known is None or (session is not None and found is None):
                raise AccountError("Tài khoản vừa có thay đổi. Vui lòng đăng nhập lại.")
            if not may_enrol(found, known):
                raise AccountError(PROVIDER_FIRST)
            tx.set_recovery_codes(user.id, [_digest(user, c) for c in codes])
            ended = tx.revoke_sessions(user.id, at=now, keep=session)
            audit(tx, Action.SECOND_FACTOR_ENROLLED, actor=user.ref, at=now, subject=user.ref, sessions=ended)
        return codes

    def accept(self, user: User, code: str) -> bool:
        """Whether the code is right now; each is taken once, a recovery code too."""
        code = "".join(code.split()).upper()
        now = self.clock.now()
        if user.totp_secret is None:
            return False
        with self.store.begin() as tx:
            if len(code) == 6 and code.isdecimal():
                secret = self.vault.open(user.totp_secret.encode())
                step = self._step_of(secret.decode(), code) if secret else None
                return step is not None and tx.take_totp_step(user.id, step)
            taken = tx.take_recovery_code(user.id, _digest(user, code), at=now)
            if taken:
                audit(tx, Action.RECOVERY_CODE_USED, actor=user.ref, at=now, subject=user.ref)
            return taken

    def _step_of(self, secret: str, code: str) -> int | None:
        """The 30-second step whose code this is, if it is near enough to now."""
        now = int(self.clock.now().timestamp()) // STEP_SECONDS
        totp = pyotp.TOTP(secret)
        for step in range(now - SKEW, now + SKEW + 1):
            if hmac.compare_digest(totp.at(step * STEP_SECONDS).encode(), code.strip().encode()):
                return step
        return None


def _recovery_code() -> str:
    text = base64.b32encode(secrets.token_bytes(10)).decode()
    return "-".join(text[i : i + 4] for i in range(0, 16, 4))


def _digest(user: User, code: str) -> str:
    # 80 random bits, so that a plain digest is enough
    return digest(f"{user.id} {code.replace('-', '').upper()}")
