"""Choice of what `contractkit usage` tells: the operation, the place and the value that were asked for."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from contractkit.errors import NothingToCheckError, suggestion
from contractkit.exact_json import show_json
from contractkit.impact.usage import Unused, UsedPlace
from contractkit.impact.usage_questions import lies_in, operation_suggested, operations_named
from contractkit.impact.usage_values import place_and_value


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked for, None where that is everything; `value` is named as it is or, a text, without its quotes."""

    operation: str | None
    location: str | None
    value: str | None

    def chosen(
        self, places: Sequence[UsedPlace], values: Sequence[UsedPlace], unused: Sequence[Unused]
    ) -> tuple[tuple[UsedPlace, ...], tuple[Unused, ...]]:
        """Give the uses that were asked for, and what may go.

        Raises:
            NothingToCheckError: Nobody uses it, and that it may go is not the answer; the nearest that is used is told.
        """
        used = {each.operation for each in places}
        free = self._free(unused, operations_named(self.operation or "", [*used, *(one.operation for one in unused)]))
        named = operations_named(self.operation or "", used)
        pool = [each for each in (places if self.value is None else values) if self._is_of(each.operation, named)]
        kept = tuple(each for each in pool if self._has(each.location))
        if kept or self._may_go(free, is_named=self.operation is None or bool(named)):
            return kept, free
        if self.operation is not None and not named:
            raise NothingToCheckError(
                f"No contract calls {self.operation}.", next_step=operation_suggested(self.operation, used)
            )
        raise self._nowhere(pool)

    def _free(self, unused: Sequence[Unused], named: Collection[str]) -> tuple[Unused, ...]:
        return tuple(each for each in unused if self._is_of(each.operation, named) and self._has(each.location))

    def _is_of(self, operation: str, named: Collection[str]) -> bool:
        return self.operation is None or operation in named

    def _has(self, location: str) -> bool:
        is_there = self.location is None or lies_in(location, self.location)
        return is_there and (self.value is None or place_and_value(location)[1] in self._spellings)

    @property
    def _spellings(self) -> tuple[str, ...]:
        return () if self.value is None else (self.value, show_json(self.value))

    def _may_go(self, free: Sequence[Unused], *, is_named: bool) -> bool:
        """Say whether the answer is that it may go.

        An operation that contracts name otherwise, by method and path, is used: of that one more than itself is told.
        """
        return bool(free) and (is_named or all(not each.location for each in free))

    def _nowhere(self, pool: Sequence[UsedPlace]) -> NothingToCheckError:
        at = f" at {self.operation}" if self.operation is not None else ""
        if self.value is None:
            known = sorted({each.location for each in pool})
            return NothingToCheckError(
                f"No contract uses {self.location}{at}.", next_step=suggestion(self.location or "", known)
            )
        there = [place_and_value(each.location) for each in pool]
        if self.location is not None and any(value in self._spellings for _, value in there):
            places = sorted({place for place, value in there if value in self._spellings})
            return NothingToCheckError(
                f"No contract uses the value {self.value} at {self.location}.",
                next_step=suggestion(self.location, places),
            )
        plain = sorted({value.removeprefix('"').removesuffix('"') for _, value in there if value is not None})
        return NothingToCheckError(
            f"No contract uses the value {self.value}{at}.", next_step=suggestion(self.value, plain)
        )
