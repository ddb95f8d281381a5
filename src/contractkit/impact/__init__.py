"""Impact: what a changed definition means to each consumer, by what its contract uses."""

from contractkit.impact.analysis import analyse, site_of
from contractkit.impact.records import (
    ConsumerImpact,
    ConsumerInfo,
    DefinitionSource,
    Finding,
    ImpactReport,
    InteractionImpact,
    Site,
    Verdict,
    Worry,
)

__all__ = [
    "ConsumerImpact",
    "ConsumerInfo",
    "DefinitionSource",
    "Finding",
    "ImpactReport",
    "InteractionImpact",
    "Site",
    "Verdict",
    "Worry",
    "analyse",
    "site_of",
]
