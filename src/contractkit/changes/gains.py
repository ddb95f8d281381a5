"""Gains: what a new definition allows or promises beyond the old one.

What is gained on the way there is what would be lost on the way back, so the rules are those of the comparison from the
new definition to the old one, each with the name and the sentence of its reverse. Rules that look at both directions
already have no row here.
"""

from collections.abc import Iterator, Mapping

from contractkit.changes.comparison import DefinitionChanges
from contractkit.changes.mirroring import Gain, gained
from contractkit.changes.records import Change, once
from contractkit.definitions.surfaces import Surface

GAINS: Mapping[str, Gain] = {
    "operation.removed": Gain("operation.added", "it was not declared and is now"),
    "webhook.removed": Gain("webhook.added", "it was not declared and is now"),
    "callback.removed": Gain("callback.added", "it was not declared and is now"),
    "operation.deprecated": Gain("operation.undeprecated", "it was {before} and is {after} again"),
    "operation.sunset-nearer": Gain("operation.sunset-later", "it goes on {after}; {before} was said"),
    "operation.sunset-withdrawn": Gain("operation.sunset-said", "it goes on {after}; {before} was said"),
    "request.parameter.sunset-nearer": Gain(
        "request.parameter.sunset-later", "it goes on {after}; {before} was said"
    ),
    "request.parameter.sunset-withdrawn": Gain(
        "request.parameter.sunset-said", "it goes on {after}; {before} was said"
    ),
    "request.parameter.deprecated": Gain("request.parameter.undeprecated", "it was {before} and is {after} again"),
    "request.member.deprecated": Gain("request.member.undeprecated", "it was {before} and is {after} again"),
    "response.member.deprecated": Gain("response.member.undeprecated", "it was {before} and is {after} again"),
    "request.member.sunset-nearer": Gain("request.member.sunset-later", "it goes on {after}; {before} was said"),
    "request.member.sunset-withdrawn": Gain("request.member.sunset-said", "it goes on {after}; {before} was said"),
    "response.member.sunset-nearer": Gain("response.member.sunset-later", "it goes on {after}; {before} was said"),
    "response.member.sunset-withdrawn": Gain("response.member.sunset-said", "it goes on {after}; {before} was said"),
    "operation.stability-decreased": Gain("operation.stability-increased", "it was {before} and is {after}"),
    "request.member.stability-decreased": Gain("request.member.stability-increased", "it was {before} and is {after}"),
    "response.member.stability-decreased": Gain(
        "response.member.stability-increased", "it was {before} and is {after}"
    ),
    "request.parameter.became-required": Gain("request.parameter.became-optional", "it was required, now optional"),
    "request.parameter.removed": Gain(
        "request.parameter.added", "it was not declared and may be sent now", ("request.parameter.added-required",)
    ),
    "request.parameter.empty-refused": Gain("request.parameter.empty-allowed", "an empty value is allowed now"),
    "request.body.became-required": Gain(
        "request.body.became-optional", "a body was required and is optional now", ("request.body.removed",)
    ),
    "request.body.removed": Gain(
        "request.body.added", "a body was not declared and may be sent now", ("request.body.became-required",)
    ),
    "request.media-type.removed": Gain("request.media-type.added", "{after} is taken now, beside {before}"),
    "request.security.tightened": Gain(
        "request.security.loosened", "{after} suffices now, it was {before}", ("request.security.tightened",)
    ),
    "response.status.removed": Gain("response.status.added", "{after} may come now, beside {before}"),
    "response.error-status.removed": Gain("response.error-status.added", "{after} may come now, beside {before}"),
    "response.media-type.removed": Gain("response.media-type.added", "{after} is given now, beside {before}"),
    "response.media-type.generalised": Gain("response.media-type.specialised", "it was {before} and is now {after}"),
    "response.header.removed": Gain("response.header.added", "it was not declared and always comes now"),
    "response.optional-header.removed": Gain("response.header.added", "it was not declared and may come now"),
    "response.header.became-optional": Gain("response.header.became-required", "it was optional and always comes now"),
    "request.parameter.reserved-refused": Gain(
        "request.parameter.reserved-allowed", "reserved characters were to be {before} and may stand in it {after}"
    ),
    "request.encoding.changed": Gain(
        "request.encoding.widened", "it was {before} and is {after}", ("request.encoding.changed",)
    ),
    "request.schema.added": Gain("request.schema.removed", "it had to be {before} and may be {after} now"),
    "response.schema.removed": Gain("response.schema.added", "it could be {before} and is {after} now"),
    "sent.body.removed": Gain("sent.body.added", "a body was not declared and may come now"),
    "sent.body.became-optional": Gain("sent.body.became-required", "a body could be left out and always comes now"),
    "sent.media-type.removed": Gain("sent.media-type.added", "{after} may come now, beside {before}"),
    "sent.parameter.removed": Gain("sent.parameter.added", "it was not declared and always comes now"),
    "sent.optional-parameter.removed": Gain("sent.parameter.added", "it was not declared and may come now"),
    "sent.parameter.became-optional": Gain(
        "sent.parameter.became-required", "it was optional and always comes now"
    ),
    "answered.status.removed": Gain("answered.status.added", "{after} is an answer to it now, beside {before}"),
    "answered.media-type.removed": Gain("answered.media-type.added", "{after} is taken now, beside {before}"),
    "request.type.narrowed": Gain(
        "request.type.widened", "it was {before} and may now be {after}", ("request.type.narrowed",)
    ),
    "request.null.refused": Gain("request.null.allowed", "null was refused and is now allowed"),
    "request.alternative.removed": Gain("request.alternative.added", "the alternative {after} is new"),
    "request.heir.removed": Gain("request.heir.added", "{after} inherits it now"),
    "request.alternatives.exclusive": Gain(
        "request.alternatives.inclusive", "it had to be {before} and may be {after} now"
    ),
    "response.null.allowed": Gain("response.null.excluded", "it could be null and cannot any more"),
    "request.member.became-required": Gain("request.member.became-optional", "it was required and is optional now"),
    "request.member.removed": Gain(
        "request.member.added", "it was not declared and is now {after}", ("request.member.added-required",)
    ),
    "request.member.refused": Gain(
        "request.member.added", "it was refused and is now {after}", ("request.member.added-required",)
    ),
    "request.members.closed": Gain("request.members.opened", "undeclared members are passed over now"),
    "request.member.became-read-only": Gain("request.member.became-writable", "it was read only and may be sent now"),
    "request.values.removed": Gain("request.values.added", "it was {before} and may now be {after} too"),
    "request.values.limited": Gain("request.values.opened", "only {before} was allowed, now any value"),
    "request.bound.tightened": Gain("request.bound.loosened", "it had {before} and now has {after}"),
    "request.pattern.changed": Gain(
        "request.pattern.dropped", "it had {before} and now has {after}", ("request.pattern.changed",)
    ),
    "request.format.changed": Gain(
        "request.format.widened", "it had {before} and now has {after}", ("request.format.changed",)
    ),
    "request.keyword.added": Gain("request.keyword.dropped", "it had {before} and now has {after}"),
    "request.keyword.changed": Gain(
        "request.keyword.dropped", "it had {before} and now has {after}", ("request.keyword.changed",)
    ),
    "request.known-values.removed": Gain(
        "request.known-values.added", "known was {before}, and now is {after}", ("request.known-values.removed",)
    ),
    "request.discriminator.changed": Gain(
        "request.discriminator.extended", "its alternatives were told apart by {before} and are by {after}",
        ("request.discriminator.changed",)
    ),
    "response.discriminator.changed": Gain(
        "response.discriminator.reduced", "its alternatives were told apart by {before} and are by {after}",
        ("response.discriminator.changed",)
    ),
    "request.elements.limited": Gain("request.elements.added", "it had {before} and now has {after}"),
    "response.member.became-optional": Gain("response.member.became-required", "it was optional and always comes now"),
    "response.member.became-write-only": Gain("response.member.became-readable", "it was write only and is given now"),
    "response.members.closed": Gain("response.members.opened", "undeclared members may come now"),
    "response.pattern.changed": Gain(
        "response.pattern.added", "it had {before} and now has {after}", ("response.pattern.changed",)
    ),
    "response.format.changed": Gain(
        "response.format.narrowed", "it had {before} and now has {after}", ("response.format.changed",)
    ),
    "response.keyword.changed": Gain(
        "response.keyword.added", "it had {before} and now has {after}", ("response.keyword.changed",)
    ),
    "response.elements.added": Gain("response.elements.dropped", "it had {before} and now has {after}"),
}  # fmt: skip
"""A rule of the way back to what its finding is called on the way there."""


def all_changes(there: DefinitionChanges) -> tuple[Change, ...]:
    """Give what a new definition takes away, changes and gives, each once, in the old definition's order."""
    return once(_changes(there, DefinitionChanges(there.new, there.old)))


def _changes(there: DefinitionChanges, back: DefinitionChanges) -> Iterator[Change]:
    known: dict[str, Surface] = {}
    for surface in there.old.surfaces():
        new = there.successor(surface) if there.is_comparable(surface) else None
        lost = tuple(there.compared(surface))
        yield from lost
        if new is not None:
            known[new.signature] = surface
            yield from gained(lost, back.compared(new), GAINS, surface.signature)
    for surface in there.new.surfaces():
        if surface.signature not in known:
            yield from gained((), back.compared(surface), GAINS, surface.signature)
    yield from there.unreadable()
    lost = tuple(there.of_webhooks())
    yield from lost
    yield from gained(lost, back.of_webhooks(), GAINS)
