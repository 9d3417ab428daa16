"""From the acts that a judgement carries to findings for people to look at, and what becomes of them when the words or
their judgement change."""

from __future__ import annotations

import hashlib
from datetime import datetime

from service.domain.documents import Document, MaskedText
from service.domain.findings import Finding
from service.domain.intents import DocumentIntent
from service.domain.judgement import Judgement
from service.domain.labels import corrected
from service.parsing.masking import remap
from service.ports.storage import Transaction


def keep_again(
    tx: Transaction, known: DocumentIntent, intent: DocumentIntent, masked: MaskedText, *, now: datetime
) -> None:
    """Store a document whose words are others than before, or were judged again; its findings and counts follow.

    Open findings are those that a new judgement gives, with what people said in place of the machine's. Where the
    judgement is still the one of the text as it was, they stay, and only what was marked in it goes.

    Args:
        masked: see `findings_of`.
    """
    document = intent.document
    tx.replace_document(intent)
    if intent.judgement is not known.judgement:
        said = corrected(intent.judgement, {one.question: one.answer for one in tx.labels(document.id)})
        tx.replace_findings(document.id, findings_of(document, said, masked, now=now))
    elif document.text != known.document.text:
        tx.blur_findings(document.id)
    tx.recount_later(document.id)


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
