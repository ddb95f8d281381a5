"""Downgrading: a contract as a file of version 3 or 2 of the Pact specification, or every reason why it does not fit.

What a verification depends on is written or refused by name. Keys, comments, evidence and derived states say nothing to
a reader of those versions, and are left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from contractkit.document.categories import REQUEST, RESPONSE, Side, message_side
from contractkit.document.files import SKIPPED, dump_contract
from contractkit.document.interactions import graft, sort_key
from contractkit.document.older_forms import (
    FORMS,
    OlderForm,
    Refuse,
    refuse_generators,
    refuse_rules,
    write_flat_rules,
    write_older_headers,
    write_older_query,
    write_plain_body,
)
from contractkit.document.parts import MESSAGE, http_content_type, message_content_type
from contractkit.document.rules import write_generators, write_rules
from contractkit.document.specifications import WRITTEN, parse_specification
from contractkit.errors import ContractFileError
from contractkit.exact_json import Json, dump_canonical
from contractkit.model import (
    Contract,
    HttpCall,
    HttpRequest,
    HttpResponse,
    Interaction,
    Location,
    Message,
    RpcCall,
    SynchronousMessages,
    parse_location,
)
from contractkit.results import ABSENT

_KEEP = "Leave these interactions out, or keep the contract in version 4."
_CARRIERS = (None, "http", "https", "message")  # what readers assume where a file does not say
_PLUGIN = "pluginConfiguration"
_LEFT_OUT = ("interactionMarkup", _PLUGIN)
_REQUEST, _RESPONSE = Location(("request",)), Location(("response",))


def downgrade_contract(contract: Contract, specification: str) -> bytes:
    """Give the canonical file of a contract in version 2, 3 or 4 of the Pact specification.

    Args:
        contract: A contract of any version.
        specification: The version to write, however it is spelled: `3`, `v3`, `3.0.0`.

    Raises:
        ContractFileError: Something in it that a verification depends on has no form in that version; the details name
            every such thing by interaction and location.
    """
    known = parse_specification(specification)
    if known == WRITTEN:
        return dump_contract(contract)
    form = FORMS.get(known or "")
    if form is None:
        raise ContractFileError(
            f"Contracts are not written in version {specification}.", next_step="Versions 2, 3 and 4 are written."
        )
    writing = _Writing(form)
    tree = writing.tree(contract)
    if writing.refused:
        raise ContractFileError(
            f"The contract of {contract.consumer} with {contract.provider} does not fit into version {form.number}.",
            details=writing.refused,
            next_step=_KEEP,
        )
    return dump_canonical(tree)


@dataclass(slots=True)
class _Writing:
    """One file being written in an older form, with what was refused so far: description to place and feature."""

    form: OlderForm
    refused: list[tuple[str, str]] = field(default_factory=list)

    def tree(self, contract: Contract) -> dict[str, Json]:
        ordered = sorted(contract.interactions, key=sort_key)
        messages = [each for each in ordered if isinstance(each.exchange, Message)]
        calls = [each for each in ordered if not isinstance(each.exchange, Message)]
        if messages and calls:
            for each in messages:
                self._refusal(each)(MESSAGE, "a message beside calls, which this version keeps in another file")
        self._refuse_skipped(contract)
        group, chosen = ("messages", messages) if messages and not calls else ("interactions", ordered)
        tree: dict[str, Json] = {
            "consumer": {"name": contract.consumer},
            "provider": {"name": contract.provider},
            group: [self._interaction(each) for each in chosen],
            "metadata": {"pactSpecification": {"version": self.form.written}},
        }
        kept = {name: each for name, each in contract.kept.items() if name not in SKIPPED and "contractkit" not in name}
        graft(tree, kept, root="contract")
        return tree

    def _refusal(self, interaction: Interaction) -> Refuse:
        def refuse(place: Location, feature: str) -> None:
            self.refused.append((interaction.description or '""', f"{place}: {feature}"))

        return refuse

    def _refuse_skipped(self, contract: Contract) -> None:
        for value in (value for name in SKIPPED for value in contract.kept.get(name, {}).values()):
            description = value.get("description")
            name = description if isinstance(description, str) and description else '""'
            self.refused.append((name, f"type: an interaction of type {value.get('type')}"))

    def _interaction(self, interaction: Interaction) -> Json:
        refuse = self._refusal(interaction)
        _refuse_extras(interaction, refuse)
        tree = {
            "description": interaction.description,
            **self._states(interaction, refuse),
            **self._exchange(interaction, refuse),
        }
        written = {name: value for name, value in tree.items() if value is not ABSENT}
        self._graft(written, interaction.kept, refuse)
        return written

    def _states(self, interaction: Interaction, refuse: Refuse) -> dict[str, Json]:
        states, at = interaction.states, Location(("providerStates",))
        if self.form.has_categories:
            written = [{"name": each.name, **({"params": dict(each.params)} if each.params else {})} for each in states]
            return {"providerStates": written or ABSENT}
        if len(states) > 1:
            refuse(at, f"{len(states)} states")
        for number, each in enumerate(states):
            if each.params:
                refuse(at / number, "a state with parameters")
        return {"providerState": states[0].name if states else ABSENT}

    def _exchange(self, interaction: Interaction, refuse: Refuse) -> dict[str, Json]:
        match interaction.exchange:
            case HttpCall(request=request, response=response):
                asked = self._rules(interaction, REQUEST, _REQUEST, request.query, refuse)
                promised = self._rules(interaction, RESPONSE, _RESPONSE, (), refuse)
                return {
                    "request": _present({**self._request(request, refuse), **asked}),
                    "response": _present({**self._response(response, refuse), **promised}),
                }
            case Message() as message:
                if not self.form.has_messages or interaction.wire is not None:
                    refuse(MESSAGE, "a message" if interaction.wire is None else "a message of protobuf")
                    return {}
                rules = self._rules(interaction, message_side(MESSAGE), MESSAGE, tuple(message.metadata), refuse)
                contents = write_plain_body(
                    message.contents, message_content_type(message.metadata), MESSAGE / "contents", refuse
                )
                return {"contents": contents, "metaData": dict(message.metadata) or ABSENT, **rules}
            case SynchronousMessages():
                refuse(_REQUEST, "a synchronous message")
            case RpcCall(procedure=procedure):
                refuse(Location(("procedure",)), f"a remote procedure call of {procedure}")
        return {}

    def _request(self, request: HttpRequest, refuse: Refuse) -> dict[str, Json]:
        content_type = http_content_type(request.headers)
        return {
            "method": request.method,
            "path": request.path,
            "query": write_older_query(request.query, self.form, _REQUEST / "query", refuse),
            "headers": write_older_headers(request.headers, self.form, _REQUEST / "headers", refuse),
            "body": write_plain_body(request.body, content_type, _REQUEST / "body", refuse),
        }

    def _response(self, response: HttpResponse, refuse: Refuse) -> dict[str, Json]:
        content_type = http_content_type(response.headers)
        return {
            "status": response.status,
            "headers": write_older_headers(response.headers, self.form, _RESPONSE / "headers", refuse),
            "body": write_plain_body(response.body, content_type, _RESPONSE / "body", refuse),
        }

    def _rules(
        self,
        interaction: Interaction,
        side: Side,
        place: Location,
        known: Sequence[str] | Mapping[str, object],
        refuse: Refuse,
    ) -> dict[str, Json]:
        rules = [each for each in interaction.rules if each.location.starts_with(place)]
        generators = [each for each in interaction.generators if each.location.starts_with(place)]
        refuse_rules(rules, self.form, refuse)
        refuse_generators(generators, self.form, refuse)
        if not self.form.has_categories:
            return {"matchingRules": write_flat_rules(rules, side, refuse) or ABSENT}
        return {
            "matchingRules": write_rules(rules, side, known) or ABSENT,
            "generators": write_generators(generators, side, known) or ABSENT,
        }

    def _graft(self, tree: dict[str, Json], kept: Mapping[str, Mapping[str, Json]], refuse: Refuse) -> None:
        """Put unknown members back where this version has the object that they stood in."""
        for name, members in kept.items():
            steps = () if name == "interaction" else parse_location(name).steps
            if steps[:1] == ("comments",):
                continue
            if self._lacks(steps):
                for member in members:
                    refuse(Location(steps), f"the member {member}")
                continue
            graft(
                tree, {name: {key: each for key, each in members.items() if key not in _LEFT_OUT}}, root="interaction"
            )

    def _lacks(self, steps: Sequence[object]) -> bool:
        """Say whether this version has no object at a place: no envelopes, and before version 3 no categories."""
        if steps[-1:] in (("body",), ("contents",)) and len(steps) < 3 and "matchingRules" not in steps:
            return True
        return not self.form.has_categories and bool({"matchingRules", "generators", "providerStates"} & {*steps})


def _refuse_extras(interaction: Interaction, refuse: Refuse) -> None:
    """Note what only version 4 has beside an exchange, and what changes a verification."""
    if interaction.pending:
        refuse(Location(("pending",)), "an interaction that may fail")
    if interaction.transport not in _CARRIERS:
        refuse(Location(("transport",)), f"the transport {interaction.transport}")
    configuration = interaction.kept.get("interaction", {}).get(_PLUGIN)
    if configuration and interaction.wire is None:
        names = ", ".join(configuration) if isinstance(configuration, dict) else "unknown"
        refuse(Location((_PLUGIN,)), f"content of the plugin {names}")


def _present(members: Mapping[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in members.items() if value is not ABSENT}
