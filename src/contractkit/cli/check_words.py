"""What `contractkit check` says: what a definition does not bear out, and where another judge disagrees."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from contractkit.cli.contract_files import ContractFile
from contractkit.conformance.second_opinion import Opinion
from contractkit.document import skipped_interactions
from contractkit.exact_json import Json, dump_shown
from contractkit.explain.terminal import join_lines, printable
from contractkit.explain.workflow_commands import workflow_command
from contractkit.locking.legality import Concern, Level, Recheck
from contractkit.model import Interaction

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One contract file held against definitions; `opinions` is None where nobody asked for others."""

    file: ContractFile
    definitions: tuple[str, ...]
    recheck: Recheck
    opinions: tuple[Opinion, ...] | None = None


def check_as_text(found: Sequence[Checked]) -> str:
    """Give a block for each contract: what does not fit, by interaction, and the counts."""
    return "\n\n".join(join_lines(block) for each in found for block in _blocks(each))


def check_as_json(found: Sequence[Checked]) -> str:
    """Give the same as JSON: `schema_version` and `contracts`."""
    return dump_shown({"schema_version": SCHEMA_VERSION, "contracts": [_as_json(each) for each in found]})


def check_as_annotations(found: Sequence[Checked]) -> str:
    """Give each concern as GitHub's workflow command, at the line of the test that recorded it."""
    lines = [_annotation("error", concern) for each in found for concern in each.recheck.concerns]
    lines += [_annotation("notice", each) for checked in found for each in checked.recheck.unsettled]
    return "\n".join([*lines, *(_counts(each) for each in found)])


def _blocks(checked: Checked) -> Iterator[list[str]]:
    contract = checked.file.contract
    yield [f"{contract.consumer} with {contract.provider}, held against {', '.join(checked.definitions)}:"]
    by_interaction: dict[int, list[Concern]] = {}
    for concern in (*checked.recheck.concerns, *checked.recheck.unsettled):
        by_interaction.setdefault(id(concern.interaction), []).append(concern)
    for concerns in by_interaction.values():
        yield list(_of_interaction(concerns))
    if checked.opinions is not None:
        yield list(_of_opinions(checked.opinions))
    yield [_counts(checked)]


def _of_interaction(concerns: Sequence[Concern]) -> Iterator[str]:
    yield f"  {concerns[0].interaction.description}"
    yield from (f"    test   {test}" for test in _tests(concerns[0].interaction))
    yield from (f"    {concern.location}: {_said_of(concern)}" for concern in concerns)


def _said_of(concern: Concern) -> str:
    return f"not judged: {concern.sentence}" if concern.level is Level.UNSETTLED else concern.sentence


def _of_opinions(opinions: Sequence[Opinion]) -> Iterator[str]:
    if not opinions:
        yield "  openapi-core was asked of nothing: it judges calls over HTTP alone."
        return
    differing = [each for each in opinions if not each.agrees]
    yield f"  openapi-core agrees on {len(opinions) - len(differing)} of {len(opinions)} sides."
    for each in differing:
        yield f"  {each.interaction.description}, the {each.side}:"
        yield f"    ours           {each.ours or 'fits'}"
        yield f"    openapi-core   {_theirs(each)}"


def _theirs(opinion: Opinion) -> str:
    return opinion.theirs or "fits" if opinion.is_given else f"has no opinion: {opinion.theirs}"


def _counts(checked: Checked) -> str:
    found = checked.recheck
    unread = len(skipped_interactions(checked.file.contract))
    if not found.checked:
        return _nothing_checked(len(found.unjudged), unread)
    wrong = {id(each.interaction) for each in found.concerns if each.is_judged}
    unreadable = {id(each.interaction) for each in found.concerns} - wrong
    partly = len({id(each.interaction) for each in found.unsettled} - wrong - unreadable)
    fitting = found.checked - len(wrong) - len(unreadable) - partly
    said = f"Of {found.checked} interaction{'' if found.checked == 1 else 's'}, "
    said += f"{fitting} fit{'s' if fitting == 1 else ''}"
    said += f" and {len(wrong)} {'does' if len(wrong) == 1 else 'do'} not" if wrong else ""
    said += f"; {len(unreadable)} could not be judged: the definition has a mistake there" if unreadable else ""
    said += f"; {partly} could be judged in part alone" if partly else ""
    left = f"; {len(found.unjudged)} over another transport could not be judged" if found.unjudged else ""
    left += f"; {unread} of a kind that is not read here could not be judged" if unread else ""
    return f"{said}{left}."


def _nothing_checked(unjudged: int, unread: int) -> str:
    """Give what is said of one of several contracts that was not checked at all: no number of it that fits."""
    found = ((unjudged, "over another transport than the definition's"), (unread, "of a kind that is not read here"))
    said = [
        f"{number} {'interaction is' if number == 1 else 'interactions are'} {why}" for number, why in found if number
    ]
    if not said:
        return "There is no interaction in it, so nothing of it was checked."
    return f"Nothing of it was checked: {', '.join(said)}."


def _tests(interaction: Interaction) -> list[str]:
    return list(dict.fromkeys(str(each.test) for each in interaction.evidence))


def _as_json(checked: Checked) -> Json:
    contract = checked.file.contract
    document: dict[str, Json] = {
        "file": str(checked.file.path),
        "consumer": contract.consumer,
        "provider": contract.provider,
        "definitions": list(checked.definitions),
        "checked": checked.recheck.checked,
        "not_judged": [
            *(each.description for each in checked.recheck.unjudged),
            *(str(each.get("description", "")) for each in skipped_interactions(contract)),
        ],
        "concerns": [
            {
                "interaction": each.interaction.key,
                "description": each.interaction.description,
                "tests": _tests(each.interaction),
                "location": str(each.location),
                "sentence": each.sentence,
            }
            for each in checked.recheck.concerns
        ],
        "not_settled": [
            {"interaction": each.interaction.key, "location": str(each.location), "sentence": each.sentence}
            for each in checked.recheck.unsettled
        ],
    }
    if checked.opinions is not None:
        document["second_opinion"] = [
            {
                "description": each.interaction.description,
                "side": each.side,
                "agrees": each.agrees,
                "ours": each.ours,
                "openapi_core": each.theirs,
                "is_given": each.is_given,
            }
            for each in checked.opinions
        ]
    return document


def _annotation(level: str, concern: Concern) -> str:
    tests = [each.test for each in concern.interaction.evidence]
    at = {"file": tests[0].file, "line": str(tests[0].line)} if tests else {}
    said = f"{concern.interaction.description}: {concern.location}: {_said_of(concern)}"
    return workflow_command(level, printable(said), at)
