"""Impact: what a changed definition means to each consumer, by what its contract uses."""

from contractkit.changes.sites import DefinitionSource, Site, site_of
from contractkit.impact.analysis import analyse
from contractkit.impact.records import (
    ConsumerImpact,
    ConsumerInfo,
    Finding,
    ImpactReport,
    InteractionImpact,
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
