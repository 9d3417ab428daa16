"""Limbs of Article 11 a text may show: use against mention, and the sentences that show it."""

from __future__ import annotations

from classifiers.features.analysis import Analysis
from classifiers.inference.evidence import Evidence
from classifiers.inference.hosts import leads_to_the_agency_only
from classifiers.labels import OWN_CONDUCT, Act, Limb, Text
from classifiers.models.linear import Matrix
from classifiers.models.model import Model


def allowed(limb: Limb, *, protected: bool) -> bool:
    """Protected speech can show the conduct of others toward its author, and no act of the author."""
    return limb in OWN_CONDUCT or not protected


def plausible(limb: Limb, text: Text, cues: dict[str, int]) -> bool:
    """Whether a text can be the fraud itself: no frame of a report (two words of warning, arrest, victim), and no
    message that leads to the agency's own site or hotline only, unless it asks for a secret or offers goods."""
    if limb in OWN_CONDUCT:
        return True
    asks = "offer" in cues or ("otp" in cues and "order" in cues)
    return cues.get("report", 0) < 2 and (asks or not leads_to_the_agency_only(text.text))


def acts(model: Model, text: Text, analysis: Analysis, probabilities: Matrix, *, protected: bool) -> tuple[Act, ...]:
    """Acts whose probability reaches the limb's threshold, with the sentences that weigh most for each."""
    found: list[Act] = []
    evidence: Evidence | None = None  # most texts show no act
    for limb in Limb:
        score = float(probabilities[model.heads.column[f"limb={limb.value}"]])
        if (
            allowed(limb, protected=protected)
            and score >= model.thresholds.limbs[limb.value]
            and plausible(limb, text, analysis.cues)
        ):
            evidence = evidence or Evidence(model, text)
            found.append(Act(limb, score, evidence.of(f"limb={limb.value}")))
    return tuple(found)
