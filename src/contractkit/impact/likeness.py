"""Likeness: what of an operation did not change, so that nothing of it can have got worse.

Most of what consumers use stays as it was when a definition changes. What is found alike here the judgement passes
over, since it would find nothing there; what is not found alike may still mean the same, and is judged.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from contractkit.changes import Direction
from contractkit.conformance import ContractChecker, InteractionConformance
from contractkit.conformance.uses import NOWHERE, RESPONSE_BODY
from contractkit.definitions.surfaces import Content, Surface
from contractkit.impact.causes import Causes
from contractkit.model import Location, Step

_Pair = tuple[object, ...]


class Likeness:
    """What is alike under one pair of definitions; each declaration is looked at once."""

    def __init__(self, old: ContractChecker, new: ContractChecker, causes: Causes) -> None:
        self._words = causes.changes.words
        self._causes = causes
        self._is_one_language = self._words.is_one_language and _credentials_of(old) == _credentials_of(new)
        self._requests: dict[_Pair, bool] = {}
        self._answers: dict[tuple[int, int], _Answer] = {}
        self._places: dict[_Pair, _Places] = {}

    def of_requests(self, old: Surface, new: Surface) -> bool:
        """Say whether an operation takes what it took: parameters, body and credentials are described alike."""
        key = (old.signature, new.signature)
        if key not in self._requests:
            self._requests[key] = self._is_one_language and self._takes_the_same(old, new)
        return self._requests[key]

    def of_answers(self, old: InteractionConformance, new: InteractionConformance) -> bool:
        """Say whether an expected answer comes as it did, declared in the same words; headers are left aside.

        Other words may exclude a value that is expected to the letter, though they hurt no other reader: a number is a
        multiple of four now, as it was of two.
        """
        return self._answer(old, new).is_same

    def of_places(
        self,
        old: InteractionConformance,
        new: InteractionConformance,
        needed: Iterable[Location],
        sufficient: Iterable[Location],
    ) -> bool:
        """Say whether nothing differs of how an expected answer comes, nor at some places of its body.

        Of the needed places those that are not of the body are left aside; what suffices beside others is to be of it.
        """
        answer = self._answer(old, new)
        if not answer.is_looked_into:
            return False
        untouched = answer.untouched
        return all(untouched[place] or not place.starts_with(RESPONSE_BODY) for place in needed) and all(
            untouched[place] for place in sufficient
        )

    def places(self, old: InteractionConformance, new: InteractionConformance) -> Mapping[Location, bool]:
        """Say of any place of an answer whether nothing differs there nor on the way; of headers it is unknown."""
        return self._answer(old, new).untouched

    def _answer(self, old: InteractionConformance, new: InteractionConformance) -> "_Answer":
        found = self._answers.get((id(old), id(new)))
        if found is None:
            found = self._answers[id(old), id(new)] = self._looked_at(old, new)
        return found

    def _looked_at(self, old: InteractionConformance, new: InteractionConformance) -> "_Answer":
        comes_the_same = self._is_one_language and (old.status, old.media_type) == (new.status, new.media_type)
        is_looked_into = comes_the_same and "not-json" not in new.unsettled
        if old.content is None or new.content is None:
            return _Answer((old, new), is_same=False, is_looked_into=is_looked_into, untouched=NOWHERE)
        is_same = comes_the_same and self._words.are_alike(old.content.node, new.content.node)
        untouched = self._places_of(old.content, new.content) if self._is_one_language else NOWHERE
        return _Answer((old, new), is_same=is_same, is_looked_into=is_looked_into, untouched=untouched)

    def _places_of(self, old: Content, new: Content) -> "_Places":
        key = (old.node.key, new.node.key)
        found = self._places.get(key)
        if found is None:
            found = self._places[key] = _Places(partial(self._causes.is_untouched, old, new))
        return found

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
class _Answer:
    """What is alike of an expected answer.

    Attributes:
        held: What both definitions declare of it, so that its identity stays its own.
        is_same: It comes as it did, in the same words.
        is_looked_into: It comes as it did, and is of a kind of which places are compared.
        untouched: What `Likeness.places` gives.
    """

    held: tuple[InteractionConformance, InteractionConformance]
    is_same: bool
    is_looked_into: bool
    untouched: Mapping[Location, bool]


class _Places(dict[Location, bool]):
    """What `Likeness.places` gives; places are looked up by the hundred thousand."""

    def __init__(self, is_untouched: Callable[[tuple[Step, ...]], bool]) -> None:
        super().__init__()
        self._is_untouched = is_untouched

    def __missing__(self, place: Location) -> bool:
        found = place.starts_with(RESPONSE_BODY) and self._is_untouched(_steps_of(place))
        self[place] = found
        return found


def _steps_of(place: Location) -> tuple[Step, ...]:
    return place.generalised().steps[len(RESPONSE_BODY.steps) :]


def _credentials_of(checker: ContractChecker) -> frozenset[str]:
    return checker.definition.credential_query()
