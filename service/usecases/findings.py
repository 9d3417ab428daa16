"""From the acts that a judgement carries to findings for people to look at."""

from __future__ import annotations

import hashlib
from datetime import datetime

from service.domain.documents import Document, MaskedText
from service.domain.findings import Finding
from service.domain.judgement import Judgement
from service.parsing.masking import remap


def findings_of(document: Document, judgement: Judgement, masked: MaskedText, *, now: datetime) -> list[Finding]:
    """One finding a limb; none for what is not relevant or is a denunciation, of which nothing is kept.

    Args:
        masked: the document's text with placeholders, made of the text that was judged.
    """
    if not judgement.relevant or judgement.denunciation:
        return []
    return [
        Finding(
            id=hashlib.blake2b(f"{document.id}|{act.limb}".encode(), digest_size=12).hexdigest(),
            document_id=document.id,
            limb=act.limb,
            clause=act.clause,
            score=act.score,
            evidence=remap(act.evidence, masked),
            model=judgement.model,
            content_at=document.published_at,
            created_at=now,
            updated_at=now,
        )
        for act in judgement.acts
    ]
