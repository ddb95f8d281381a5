"""Likeness: what of an operation did not change, so that nothing of it can have got worse.

Most of what consumers use stays as it was when a definition changes. What is found alike here the judgement passes
over, since it would find nothing there; what is not found alike may still mean the same, and is judged.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from contractkit.changes import Direction
from contractkit.changes.untouched import Untouched
from contractkit.conformance import ContractChecker, InteractionConformance
from contractkit.conformance.uses import NOWHERE, RESPONSE_BODY
from contractkit.definitions.surfaces import Content, Surface
from contractkit.impact.causes import Causes
from contractkit.model import InferredNeeds, Location, Step

_Pair = tuple[object, ...]


class Likeness:
    """What is alike under one pair of definitions; each declaration is looked at once."""

    def __init__(self, old: ContractChecker, new: ContractChecker, causes: Causes) -> None:
        self._words = causes.changes.words
        self._causes = causes
        self._is_one_language = self._words.is_one_language and _credentials_of(old) == _credentials_of(new)
        self._requests: dict[_Pair, bool] = {}
        self._places: dict[_Pair, Mapping[Location, bool]] = {}

    def of_requests(self, old: Surface, new: Surface) -> bool:
        """Say whether an operation takes what it took: parameters, body and credentials are described alike."""
        key = (old.signature, new.signature)
        if key not in self._requests:
            self._requests[key] = self._is_one_language and self._takes_the_same(old, new)
        return self._requests[key]

    def of_answers(self, old: InteractionConformance, new: InteractionConformance) -> "Answers":
        """Give what both definitions declare of an expected answer, with what of it is alike."""
        comes_the_same = self._is_one_language and (old.status, old.media_type) == (new.status, new.media_type)
        is_looked_into = comes_the_same and "not-json" not in new.unsettled
        if old.content is None or new.content is None:
            return Answers(old, new, is_same=False, is_looked_into=is_looked_into, untouched=NOWHERE)
        is_same = comes_the_same and self._words.are_alike(old.content.node, new.content.node)
        untouched = self._places_of(old.content, new.content) if self._is_one_language else NOWHERE
        return Answers(old, new, is_same=is_same, is_looked_into=is_looked_into, untouched=untouched)

    def _places_of(self, old: Content, new: Content) -> Mapping[Location, bool]:
        key = (old.node.key, new.node.key)
        if key not in self._places:
            untouched = self._causes.untouched(old, new)
            self._places[key] = NOWHERE if untouched is None else _Places(untouched)
        return self._places[key]

    def _takes_the_same(self, old: Surface, new: Surface) -> bool:
        if old.signature != new.signature or old.parameters.keys() != new.parameters.keys():
            return False
        if any(change.direction is not Direction.RESPONSE for change in self._causes.own(old, new)):
            return False
        if (old.body is None) is not (new.body is None):
            return False
        pairs = [(each.node, new.parameters[key].node) for key, each in old.parameters.items()]
        if old.body is not None and new.body is not None:
            pairs.append((old.body.node, new.body.node))
        return all(self._words.are_alike(*pair) for pair in pairs)


@dataclass(frozen=True, slots=True)
class Answers:
    """What both definitions declare of an expected answer, with what of it is alike.

    Attributes:
        old: What the old definition declares.
        new: What the new one does.
        is_same: It comes as it did, declared in the same words; headers are left aside. Other words may exclude a value
            that is expected to the letter, though they hurt no other reader: a number is a multiple of four now, as it
            was of two.
        is_looked_into: It comes as it did, and is of a kind of which places are compared.
        untouched: Says of any place whether nothing differs there nor on the way; of headers it is unknown.
    """

    old: InteractionConformance
    new: InteractionConformance
    is_same: bool
    is_looked_into: bool
    untouched: Mapping[Location, bool]

    def have_as_before(self, needs: InferredNeeds) -> bool:
        """Say whether nothing differs of how the answer comes, nor at the places of its body that are needed.

        What is needed elsewhere is left aside; what suffices beside others is to be of the body. Values that match a
        pattern may be excluded by what hurts no other reader.
        """
        if not self.is_looked_into:
            return False
        for need in needs.needed:  # loops: every need of every interaction is asked about
            if need.pattern or not (self.untouched[need.location] or not need.location.starts_with(RESPONSE_BODY)):
                return False
        for group in needs.any_of:
            for place in group:
                if not self.untouched[place]:
                    return False
        return True


class _Places(dict[Location, bool]):
    """Says of places whether they are untouched; they are looked up by the hundred thousand."""

    def __init__(self, untouched: Untouched) -> None:
        super().__init__()
        self._untouched = untouched

    def __missing__(self, place: Location) -> bool:
        found = place.starts_with(RESPONSE_BODY) and self._untouched.has(_steps_of(place))
        self[place] = found
        return found


def _steps_of(place: Location) -> tuple[Step, ...]:
    return place.generalised().steps[len(RESPONSE_BODY.steps) :]


def _credentials_of(checker: ContractChecker) -> frozenset[str]:
    return checker.definition.credential_query()
