"""Conformance: how a contract stands under one definition, place by place."""

from contractkit.conformance.checker import ContractChecker, Declared, InteractionConformance
from contractkit.conformance.grades import Grade, Standing, stand, views_at
from contractkit.conformance.uses import Use, Uses, uses_of

__all__ = [
    "ContractChecker",
    "Declared",
    "Grade",
    "InteractionConformance",
    "Standing",
    "Use",
    "Uses",
    "stand",
    "uses_of",
    "views_at",
]
