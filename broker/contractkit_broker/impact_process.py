"""The process that works off one impact job: an order in, a report out, within limits it sets itself first."""

import base64
import sys
from collections.abc import Sequence
from datetime import date
from typing import TypeAlias

from contractkit.definitions.wire_forms import decode_message
from contractkit.document import KnownParts, load_contract
from contractkit.errors import ContractkitError
from contractkit.exact_json import Json, dump_compact, read_json
from contractkit.explain.terminal import readable
from contractkit.impact import ConsumerInfo, DefinitionSource, ImpactReport, analyse
from contractkit.impact.exemptions import exempted, read_exemptions
from contractkit.impact.formats import impact_document
from contractkit.impact.telling import tell_impact
from contractkit.model import Contract
from contractkit.sources import LoadedDefinition
from contractkit.sources.messages import LoadedMessages, read_published
from contractkit.sources.mistakes_met import mistakes_in
from contractkit_broker.limits import limit_memory

_Loaded: TypeAlias = LoadedDefinition | LoadedMessages
_MOST_WARNINGS = 50


def main() -> None:
    """Read an order from standard input and write the report, or what is wrong with the order, to standard output."""
    order = read_json(sys.stdin.buffer.read())
    limit_memory(order["memory"])
    answer: Json
    try:
        answer = work_off(order)
    except ContractkitError as error:
        answer = {"problem": str(error)}
    except MemoryError:
        answer = {"problem": f"The analysis needs more than {order['memory']} bytes of memory."}
    sys.stdout.buffer.write(dump_compact(answer))


def work_off(order: Json) -> Json:
    """Give the report that an order asks for, and the same in words.

    Raises:
        ContractkitError: A definition cannot be read or used.
    """
    old, new = (
        read_published(base64.b64decode(order[which]), source=f"{order['provider']} ({which})")
        for which in ("old", "new")
    )
    parts = KnownParts()
    contracts = [_contract(entry, parts) for entry in order["contracts"]]
    report = analyse(old.definition, new.definition, contracts, old_source=_source(old), new_source=_source(new))
    known = read_exemptions((order["exemptions"] or "").encode(), source="exemptions")
    report = exempted(report, known, date.fromisoformat(order["day"]))  # the day it was asked for
    return {"report": impact_document(report), "told": _told(order, report, (old, new))}


def _told(order: Json, report: ImpactReport, definitions: Sequence[_Loaded]) -> Json:
    """Give the report in words, with each contract's content, consumers not looked at, and mistakes of definitions."""
    shas = {entry["origin"]: entry["sha"] for entry in order["contracts"]}
    told = tell_impact(report)
    consumers = [{**each, "sha": shas[each["origin"]]} for each in told["consumers"]]
    warnings = [readable(line) for each in definitions for line in mistakes_in(each)]
    return {**told, "consumers": consumers, "elsewhere": order["elsewhere"], "warnings": warnings[:_MOST_WARNINGS]}


def _contract(entry: Json, known: KnownParts) -> tuple[Contract, ConsumerInfo]:
    info = ConsumerInfo(
        versions=tuple(dict.fromkeys(entry["versions"])),
        branches=tuple(dict.fromkeys(entry["branches"])),
        environments=tuple(dict.fromkeys(entry["environments"])),
        origin=entry["origin"],
    )
    data = base64.b64decode(entry["data"])
    return load_contract(data, origin="the stored contract", decode=decode_message, known=known), info


def _source(loaded: _Loaded) -> DefinitionSource:
    file_of = loaded.file_of if isinstance(loaded, LoadedMessages) else None
    return DefinitionSource(name=loaded.source, line_of=loaded.line_of, file_of=file_of)


if __name__ == "__main__":
    main()
