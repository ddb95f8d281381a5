"""The pages: each loads records, and gives them to a template."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeAlias

from sqlalchemy import Connection

from contractkit.definitions.wire_forms import decode_message
from contractkit.document import interaction_content_id, load_contract
from contractkit.explain.interactions import explain_interaction, summary
from contractkit.model import Contract, Interaction
from contractkit.review.rulings import Rulings
from contractkit_broker.pages.neighbourhood import draw_neighbourhood
from contractkit_broker.pages.rendering import lost, render_page
from contractkit_broker.pages.stretches import MOST_ROWS, stretch
from contractkit_broker.service.overview import (
    IntegrationOverview,
    integrations_in_order,
    integrations_overview,
    services_overview,
)
from contractkit_broker.service.results import mismatch_words
from contractkit_broker.store import (
    applications,
    blobs,
    branching,
    catalogues,
    contracts,
    definitions,
    environments,
    verifications,
)
from contractkit_broker.store.records import Content, InteractionOutcome, Verification
from contractkit_broker.web import Call, Reply, read_count

_LABEL = slice(2, 13)  # where explain_interaction writes labels, and where the lines beside them begin
_LINE = slice(16, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A label and the lines beside it; each line is its text and the rule in words, empty where there is none."""

    label: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownInteraction:
    """An interaction as a page shows it, with the outcome of the newest verification where there is one.

    `history` is the address of the page that shows how it fared.
    """

    anchor: str
    history: str
    title: str
    summary: str
    blocks: tuple[Block, ...]
    outcome: InteractionOutcome | None
    mismatches: tuple[str, ...]


def get_first_page(call: Call) -> Reply:
    """Show services, who talks to whom, and what is verified."""
    with call.database.reading() as connection:
        integrations = integrations_in_order(connection)
        services = applications.list_applications(connection)
        counts = Counter(standing for _, standing in integrations)
        return render_page(
            call,
            "first.html",
            integrations=stretch(
                call, "integrations", integrations, lambda some: integrations_overview(connection, [a for a, _ in some])
            ),
            services=stretch(call, "services", services, lambda some: services_overview(connection, some)),
            environments=environments.inhabited(connection),
            counts={name: counts[name] for name in _STANDINGS},
        )


_STANDINGS = ("verified", "failed", "unknown")


def _inhabited(integrations: Sequence[IntegrationOverview]) -> list[str]:
    """Give the environments in which a consumer of an integration runs: the others would be empty columns."""
    found = (place.environment for each in integrations for place in each.places if place.consumer_versions)
    return sorted(set(found))


def get_application_page(call: Call) -> Reply:
    """Show an application: whom it talks to, versions, branches, deployments, definition."""
    name = call.path["name"]
    with call.database.reading() as connection:
        application = applications.find_application(connection, name)
        if application is None:
            raise lost(call, f"No application is named {name}.")
        versions = applications.list_versions(connection, name, limit=20)
        ids = [version.id for version in versions]
        integrations = integrations_overview(connection, contracts.pairs_of(connection, application.id))
        newest = definitions.newest_version_with_definition(connection, name)
        branches = branching.list_branches(connection, name)
        return render_page(
            call,
            "application.html",
            application=application,
            integrations=integrations,
            drawing=draw_neighbourhood(name, integrations),
            environments=_inhabited(integrations),
            versions=versions,
            memberships=branching.memberships(connection, ids),
            places=environments.occupancies_of(connection, ids),
            branches=branches[:MOST_ROWS],
            branch_count=len(branches),
            history=environments.history_of(connection, name, limit=20),
            audit=definitions.audit_of(connection, name, limit=20),
            definition_version=newest,
            catalogue_version=catalogues.newest_version_with_catalogue(connection, name),
        )


def get_contract_page(call: Call) -> Reply:
    """Show a contract as requests and responses, with its newest results."""
    consumer, provider, sha = call.path["consumer"], call.path["provider"], call.path["sha"]
    with call.database.reading() as connection:
        content = contracts.find_content(connection, consumer, provider, f"sha256:{sha}")
        if content is None:
            raise lost(call, f"{consumer} and {provider} have no contract with the content {sha}.")
        return _contract_page(call, connection, content)


def get_published_contract_page(call: Call) -> Reply:
    """Show the contract that one consumer version published."""
    consumer, provider, number = call.path["consumer"], call.path["provider"], call.path["version"]
    with call.database.reading() as connection:
        found = contracts.find_publication(connection, consumer, number, provider)
        content = contracts.content_by_id(connection, found.content) if found is not None else None
        if content is None:
            raise lost(call, f"{consumer} {number} has published no contract with {provider}.")
        return _contract_page(call, connection, content)


def _contract_page(call: Call, connection: Connection, content: Content) -> Reply:
    results = verifications.verifications_of(connection, content.id)
    contract = _contract(connection, content)
    return render_page(
        call,
        "contract.html",
        content=content,
        contract=contract,
        publications=contracts.publications_with(connection, content.id),
        results=results,
        interactions=stretch(
            call,
            "interactions",
            _judged(connection, contract, results[0] if results else None),
            lambda some: [_interaction(call, content, *each) for each in some],
        ),
    )


def get_result_page(call: Call) -> Reply:
    """Show what one verification gave, what failed first."""
    number = call.path["number"]
    with call.database.reading() as connection:
        result = verifications.find_verification(connection, read_count(number) or 0)
        content = contracts.content_by_id(connection, result.content) if result is not None else None
        if result is None or content is None:
            raise lost(call, f"There is no result {number}.")
        judged = _judged(connection, _contract(connection, content), result)
        failed = [each for each in judged if each[2] is not None and not each[2].success]
        passed = [each for each in judged if each[2] is not None and each[2].success]
        return render_page(
            call,
            "result.html",
            content=content,
            result=result,
            failed=len(failed),
            passed=len(passed),
            interactions=stretch(
                call,
                "interactions",
                [*failed, *passed],
                lambda some: [_interaction(call, content, *each) for each in some],
            ),
            publications=contracts.publications_with(connection, content.id),
        )


def get_style(call: Call) -> Reply:
    """Give the style sheet."""
    headers = {"Cache-Control": "public, max-age=300"}
    return Reply(body=_style(), media_type="text/css;charset=utf-8", headers=headers)


@cache
def _style() -> bytes:
    return (Path(__file__).parent / "style.css").read_bytes()


def _contract(connection: Connection, content: Content) -> Contract:
    data = blobs.find_blob(connection, content.file_digest)
    assert data is not None
    return load_contract(data, origin="the stored contract", decode=decode_message)


Judged: TypeAlias = tuple[Interaction, str, InteractionOutcome | None]
"""An interaction, its identity in results, and what a verification said of it."""


def _judged(connection: Connection, contract: Contract, result: Verification | None) -> list[Judged]:
    outcomes = verifications.outcomes_of(connection, result.id) if result is not None else ()
    by_id = {outcome.interaction_id: outcome for outcome in outcomes}
    identified = ((each, interaction_content_id(contract, each).partition(":")[2]) for each in contract.interactions)
    return [(interaction, identity, by_id.get(identity)) for interaction, identity in identified]


def _interaction(
    call: Call, content: Content, interaction: Interaction, identity: str, outcome: InteractionOutcome | None
) -> ShownInteraction:
    found = (*outcome.mismatches, *outcome.errors) if outcome is not None else ()
    return ShownInteraction(
        anchor=identity[:12],
        history=call.href("ui", "interactions", content.provider, content.consumer, identity),
        title=interaction.description,
        summary=summary(interaction),
        blocks=_blocks(explain_interaction(interaction, Rulings(interaction.rules))),
        outcome=outcome,
        mismatches=tuple(mismatch_words({"description": each.get("message"), **each}) for each in found),
    )


def _blocks(text: str) -> tuple[Block, ...]:
    blocks: list[tuple[str, list[tuple[str, str]]]] = []
    for row in text.splitlines()[1:]:
        label = row[_LABEL].strip()
        if label or not blocks:
            blocks.append((label, []))
        said, _, rule = row[_LINE].partition("   # ")
        blocks[-1][1].append((said, rule))
    return tuple(Block(label=label, lines=tuple(lines)) for label, lines in blocks)
