"""The two scores that go with the detector's: how harmful something is, and how sure we are of it. Both 0 to 1.

Article 11 labels and tone of voice are no input of either; they never raise a level.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import exp, log1p, prod

from service.alerting.stakes import Cluster, Stake
from service.domain.intents import Evidence
from service.domain.sources import SourceKind

# judgement, not measured: how often what such a source reports holds
RELIABILITY: Mapping[SourceKind, float] = {
    SourceKind.STATE_AGENCY: 0.95,
    SourceKind.CENTRAL: 0.9,
    SourceKind.BROADCASTER: 0.9,
    SourceKind.PROVINCIAL: 0.85,
    SourceKind.SPECIALISED: 0.85,
    SourceKind.ONLINE: 0.75,
    SourceKind.AGGREGATOR: 0.5,
    SourceKind.FORUM: 0.35,
    SourceKind.SOCIAL: 0.3,
}
RESPONSIBILITY: Mapping[Cluster, float] = {Cluster.VICTIM: 0.7, Cluster.ACCIDENTAL: 0.85, Cluster.PREVENTABLE: 1.0}
FULL_REACH = 25
WEIGHT_SHARE, PEOPLE_SHARE, REACH_SHARE = 0.45, 0.25, 0.3
LEAST_COVERAGE_FACTOR = 0.6
LEAST_PAPERS = 3
RARELY = 0.05  # so often an ordinary day has what bears a loud publisher out


def harmful(stake: Stake, evidence: Sequence[Evidence]) -> float:
    """Harm to be expected: weight of the topic, people concerned and reach of independent outlets, times cluster.

    Reach is the sum over publishers of their widest outlet's reach, on a logarithmic scale that is full at FULL_REACH
    (five outlets that everybody reads).
    """
    widest: dict[str, int] = {}
    for document in evidence:
        widest[document.publisher] = max(widest.get(document.publisher, 0), document.reach)
    reach = min(1.0, log1p(sum(widest.values())) / log1p(FULL_REACH))
    parts = WEIGHT_SHARE * (stake.weight - 1) / 4 + PEOPLE_SHARE * (stake.people - 1) / 4 + REACH_SHARE * reach
    return RESPONSIBILITY[stake.cluster] * parts


def bearing_out(evidence: Sequence[Evidence], usual: float) -> Sequence[Evidence]:
    """The documents whose publishers bear out what is more than usual: all, or those of the loudest publisher where it
    has published more than the others together, these no more than on one day in twenty (`RARELY`), and they are not
    more papers than a day has documents.

    Seventy comments under one film, and the ordinary complaints of the day elsewhere, are one witness.

    Args:
        usual: negative origins of an ordinary day, of all publishers.
    """
    counted = Counter(e.publisher for e in evidence)
    if not counted:
        return evidence
    loudest, most = min(counted.items(), key=lambda known: (-known[1], known[0]))
    others = len(evidence) - most
    papers = {e.publisher for e in evidence if e.press} - {loudest}
    many = len(papers) >= LEAST_PAPERS and len(papers) > usual
    borne_out = most <= others or _chance_of(others, usual) <= RARELY or many
    return evidence if borne_out else [e for e in evidence if e.publisher == loudest]


def _chance_of(least: int, usual: float) -> float:
    """Probability that an ordinary day has so many or more (Poisson)."""
    fewer, exactly = 0.0, exp(-usual)
    for n in range(least):
        fewer += exactly
        exactly *= usual / (n + 1)
    return 1 - fewer


def sure(evidence: Sequence[Evidence], *, origins: int, coverage: float) -> float:
    """How sure it is that there is something: independent origins, reliability of their publishers, coverage.

    Publishers are taken as independent witnesses, each with its most reliable outlet: 1 - product of (1 - reliability);
    one origin counts half, two three quarters. Where few of the usual sources report, it is less sure, but never so
    unsure that a loss of coverage hides an alert.

    Args:
        evidence: documents of independent origins.
        coverage: share of the sources that report as they normally do, 0 to 1.
    """
    best: dict[str, float] = {}
    for document in evidence:
        reliability = RELIABILITY[SourceKind(document.source_kind)]
        best[document.publisher] = max(best.get(document.publisher, 0.0), reliability)
    witnesses = 1 - prod(1 - reliability for reliability in best.values())
    covered = LEAST_COVERAGE_FACTOR + (1 - LEAST_COVERAGE_FACTOR) * min(max(coverage, 0.0), 1.0)
    return witnesses * (1 - 0.5 ** max(origins, 0)) * covered
