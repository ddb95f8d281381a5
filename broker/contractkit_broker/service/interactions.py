"""Interactions of a stored contract by the ids that results name."""

from collections.abc import Mapping

from sqlalchemy import Connection

from contractkit.document import interaction_content_id, load_contract
from contractkit.exact_json import Json
from contractkit.impact.places_in_use import operation_of
from contractkit.model import Contract, Interaction
from contractkit_broker.store import blobs


def stored_contract(connection: Connection, file_digest: str) -> Contract:
    """Give the contract of a stored file."""
    data = blobs.find_blob(connection, file_digest)
    assert data is not None
    return load_contract(data, origin="the stored contract")


def interactions_by_id(contract: Contract) -> Mapping[str, Interaction]:
    """Give the interactions of a contract by the id that results name; equal ones are one."""
    return {interaction_content_id(contract, each).partition(":")[2]: each for each in contract.interactions}


def named(identity: str, interaction: Interaction | None) -> dict[str, Json]:
    """Give how an interaction is called: its id, and where it is known its description and its operation."""
    return {
        "interactionId": identity,
        "description": None if interaction is None else interaction.description,
        "operation": None if interaction is None else operation_of(interaction),
    }
