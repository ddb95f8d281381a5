"""Legal answers: what an OpenAPI definition allows beside what was served, place by place."""

from collections.abc import Iterator, Mapping, Sequence

from contractkit.definitions.building import Builder, Repairs
from contractkit.definitions.contents import content_for
from contractkit.definitions.interface import Operation
from contractkit.definitions.promises import Graded, Promises
from contractkit.definitions.schema_facets import ALL_TYPES, type_of
from contractkit.definitions.schemas import SchemaView
from contractkit.definitions.surface_reader import SurfaceReader
from contractkit.definitions.surfaces import DocumentedDefinition
from contractkit.errors import ContractkitError
from contractkit.exact_json import Json, dump_compact
from contractkit.inference.answers import Alternatives
from contractkit.inference.changes import AnswerId, Change, Kind, changed
from contractkit.inference.shapes import same_shape
from contractkit.model import HttpResponse, JsonBody, Location, Wildcard

_BODY = Location(("response", "body"))
_OTHERS = 2
"""Other legal values that are kept for a place; one is tried, unless it happens to equal what was served."""

_SEEDS = ("needs 1", "needs 2", "needs 3")
_MOST_BRANCHES = 3
_SHAPELESS = "another text"


def legal_answers(
    definition: DocumentedDefinition,
    reader: SurfaceReader,
    operation: Operation,
    response: HttpResponse,
    *,
    with_values: bool,
) -> Mapping[Location, Alternatives]:
    """Give the alternatives to each place of a response with a JSON body, by generalised location.

    Other values are those of other answers that the definition makes to the same operation, so that they keep to
    formats, patterns and bounds; a value or an alternative after which the answer would be illegal is left out.
    Without `with_values` only what allows null is looked for.
    """
    assert isinstance(response.body, JsonBody)
    declared = reader.surface_of(operation).response_to(response.status)
    content = content_for(declared.contents, response.body.media_type) if declared and declared.contents else None
    if content is None or content.view is None:
        return {}
    body = response.body.value
    places = _Places(definition, operation, response, with_values)
    places.collect(Promises(content.view, body, _BODY).root, body, _BODY)
    return places.found


class _Places:
    """Collects the alternatives of one response; of the elements of a list, what the first ones say."""

    def __init__(
        self, definition: DocumentedDefinition, operation: Operation, response: HttpResponse, with_values: bool
    ) -> None:
        self._with_values = with_values
        self._definition = definition
        self._operation = operation
        self._response = response
        self._others: dict[Location, list[Json]] | None = None
        self.found: dict[Location, Alternatives] = {}

    def collect(self, graded: Graded, value: Json, at: Location) -> None:
        """Look at a value and all that lies in it."""
        known = self.found.get(at)
        if known is None or known == Alternatives():
            self.found[at] = self._alternatives(graded, value, at)
        if isinstance(value, dict):
            for name, member in value.items():
                self.collect(graded.inner(name), member, at / name)
        elif isinstance(value, list):
            for index, element in enumerate(value):
                self.collect(graded.inner(index), element, at / Wildcard.INDEX)

    def _alternatives(self, graded: Graded, value: Json, at: Location) -> Alternatives:
        allows_null = bool(graded.views) and any(view.is_nullable and view.types != ALL_TYPES for view in graded.views)
        if not self._with_values:
            return Alternatives(allows_null=allows_null)
        listed = _listed(graded.views)
        if isinstance(value, dict | list):
            is_longer = isinstance(value, list) and self._is_legal(Kind.LONGER, at, None)
            branches = self._branches(graded, at)
            return Alternatives(branches=branches, allows_null=allows_null, may_be_longer=is_longer)
        if listed is not None:
            members = tuple(each for each in listed if not _same(each, value) and each is not None)
            return Alternatives(members=members, allows_null=allows_null, is_fixed=not members)
        if isinstance(value, bool):
            return Alternatives(members=(not value,), allows_null=allows_null)
        return Alternatives(other=self._other(value, at), allows_null=allows_null)

    def _other(self, value: Json, at: Location) -> tuple[Json, ...]:
        if value is None:
            return ()
        if self._others is None:
            self._others = self._made_otherwise()
        alike = [
            each for each in self._others.get(at, ()) if type_of(each) == type_of(value) and not _same(each, value)
        ]
        alike.sort(key=lambda each: type(each) is not type(value))
        if same_shape(value) is not None or (isinstance(value, str) and not alike):
            # what is named like a date looks like one, though any text is legal
            alike.insert(0, _SHAPELESS)
        return tuple(each for each in alike[:_OTHERS] if self._is_legal(Kind.VALUE, at, each))

    def _made_otherwise(self) -> dict[Location, list[Json]]:
        """Give the values of some other answers, by generalised location."""
        found: dict[Location, list[Json]] = {}
        for seed in _SEEDS:
            try:
                answer = self._definition.answer(
                    self._operation, seed=seed, status=self._response.status, is_dynamic=True
                )
            except ContractkitError:  # then nothing is known to be legal
                break
            if isinstance(answer.response.body, JsonBody):
                for location, value in _scalars(answer.response.body.value, _BODY):
                    found.setdefault(location, []).append(value)
        return found

    def _branches(self, graded: Graded, at: Location) -> tuple[Json, ...]:
        """Give a value of each other alternative of a union."""
        applying = {branch.key for branch in graded.applying}
        others = [
            branch
            for view in graded.views
            for branch in view.value_branches
            if len(view.value_branches) > 1 and branch.key not in applying
        ]
        made = (_made(branch) for branch in others[:_MOST_BRANCHES])
        return tuple(each for each in made if each is not None and self._is_legal(Kind.BRANCH, at, each))

    def _is_legal(self, kind: Kind, at: Location, value: Json) -> bool:
        body = self._response.body
        assert isinstance(body, JsonBody)
        change = Change(answer=AnswerId("", ""), kind=kind, location=at, value=value)
        other = JsonBody(changed(body.value, (change,), _BODY), body.media_type)
        response = HttpResponse(status=self._response.status, headers=self._response.headers, body=other)
        return not self._definition.check_response(self._operation, response)


def _listed(views: Sequence[SchemaView]) -> list[Json] | None:
    """Give the members of an enumeration; None where a value need not be one of some."""
    lists = [branch.values for view in views for branch in view.value_branches]
    if not lists or any(each is None for each in lists):
        return None
    return list({dump_compact(value): value for each in lists for value in each or ()}.values())


def _made(branch: SchemaView) -> Json:
    try:
        return Builder("needs", Repairs()).build(branch)
    except ContractkitError:
        return None


def _scalars(value: Json, at: Location) -> Iterator[tuple[Location, Json]]:
    if isinstance(value, dict):
        for name, member in value.items():
            yield from _scalars(member, at / name)
    elif isinstance(value, list):
        for element in value:
            yield from _scalars(element, at / Wildcard.INDEX)
    else:
        yield at, value


def _same(one: Json, other: Json) -> bool:
    return dump_compact(one) == dump_compact(other)
