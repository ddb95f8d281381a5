"""`contractkit impact`: which consumers break if a definition changes, asked before a line of code is written."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from contractkit.changes.wording import counted
from contractkit.cli.assumptions import check_assumptions, read_assumptions
from contractkit.cli.brokers import address_of, known_address
from contractkit.cli.collecting import uncollected
from contractkit.cli.compared import load_compared, source_of
from contractkit.cli.contract_files import find_contract_files, load_contract_file
from contractkit.cli.exemption_files import read_exemption_file
from contractkit.cli.impact_scope import Compared, Scope, check_scope, no_contract
from contractkit.cli.replay_manner import Manner, Pair, check_manner
from contractkit.cli.verbs import Verb
from contractkit.document import KnownParts
from contractkit.errors import NothingToCheckError, UsageError, suggestion
from contractkit.explain.terminal import printable
from contractkit.impact import ConsumerInfo, ImpactReport, Verdict, analyse
from contractkit.impact.annotations import impact_as_annotations, impact_as_sarif
from contractkit.impact.exemptions import EXEMPTIONS_FILE, exempted
from contractkit.impact.formats import impact_as_json, impact_as_markdown
from contractkit.impact.proofs import proven_verdict
from contractkit.impact.repairs import impact_as_repairs
from contractkit.impact.text import aside_in_words, explain_impact
from contractkit.model import Contract
from contractkit.settings import Settings, load_settings
from contractkit.sources.mistakes_met import mistakes_in

if TYPE_CHECKING:
    from contractkit.deployability import Subject

_FORMATS: Mapping[str, Callable[[ImpactReport], str]] = {
    "text": explain_impact,
    "json": impact_as_json,
    "markdown": impact_as_markdown,
    "github": impact_as_annotations,
    "sarif": impact_as_sarif,
    "repairs": impact_as_repairs,
}
_MOST_MISTAKES = 10
_FAILING = {"broken": (Verdict.BROKEN,), "at-risk": (Verdict.BROKEN, Verdict.AT_RISK)}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What was asked for on the command line, beside the settings. `old` of None is the broker's definition."""

    old: str | None
    new: str
    provider: str | None
    contracts: tuple[Path, ...]
    uses_broker: bool
    environment: str | None
    branch: str | None
    assumed: tuple["Subject", ...]


@click.command(cls=Verb)
@click.argument("definitions", nargs=-1, required=True, metavar="[OLD] NEW")
@click.option(
    "--contracts", multiple=True, type=click.Path(path_type=Path), help="A contract file, or a directory of them."
)
@click.option("--provider", help="The service that the definitions describe.")
@click.option("--broker", help="The broker to ask for contracts, and for OLD where it is left out.")
@click.option("--environment", help="With a broker: the consumers that run there.")
@click.option("--branch", help="With a broker: the consumers' versions on this branch.")
@click.option("--what-if-deployed", "deployed", multiple=True, nargs=2, metavar="APPLICATION VERSION",
              help="With --environment: suppose that this version runs there, in place of what does.")  # fmt: skip
@click.option("--what-if-undeployed", "undeployed", multiple=True, metavar="APPLICATION",
              help="With --environment: suppose that no version of it runs there.")  # fmt: skip
@click.option(
    "--fail-on", type=click.Choice(sorted(_FAILING, reverse=True)), default="broken", show_default=True,
    help="From which verdict on to exit with 1."
)  # fmt: skip
@click.option(
    "--exemptions", type=click.Path(path_type=Path, dir_okay=False),
    help=f"The file of findings that somebody answers for (default: {EXEMPTIONS_FILE}, where it is there)."
)  # fmt: skip
@click.option("--replay", is_flag=True, help="Run this project's own tests on stubs of NEW, and say what they prove.")
@click.option("--test", "tests", multiple=True, metavar="NODE_ID",
              help="With --replay: only this test, and show what pytest prints.")  # fmt: skip
@click.option("--replay-with", "command", metavar="COMMAND",
              help="With --replay: what starts pytest, such as 'uv run pytest' (default: this Python's).")  # fmt: skip
@click.option("--time-limit", "limit", type=click.FloatRange(min=0, max=86_400, min_open=True), metavar="SECONDS",
              help="With --replay: how long each test may take. [default: 30, more for slow ones]")  # fmt: skip
@click.option("--publish", "publishes", is_flag=True,
              help="With --replay: send what the tests prove to the broker.")  # fmt: skip
@click.option("--consumer-version", "version", help="With --publish: this project's version (default: git's commit).")
@click.option("--share", is_flag=True,
              help="With a broker: also have it keep the answer on a page, and print the page's address.")  # fmt: skip
@click.option("--format", "form", type=click.Choice(list(_FORMATS)), default="text", show_default=True)
def impact(
    definitions: tuple[str, ...],
    contracts: tuple[Path, ...],
    provider: str | None,
    broker: str | None,
    environment: str | None,
    branch: str | None,
    deployed: tuple[tuple[str, str], ...],
    undeployed: tuple[str, ...],
    fail_on: str,
    exemptions: Path | None,
    replay: bool,
    tests: tuple[str, ...],
    command: str | None,
    limit: float | None,
    publishes: bool,
    version: str | None,
    share: bool,
    form: str,
) -> int:
    """Say which consumers break if the definition OLD becomes NEW.

    Definitions are paths, URLs, git:REVISION:path or broker:NAME@WHERE: OpenAPI, or protobuf as .proto files, a
    directory of them or a descriptor set; of messages JSON Schemas or an AsyncAPI document. OLD may be left out where a
    broker has it, and with --replay, which takes the settings'. Contracts are those of the settings' directory, those
    that --contracts names, or the broker's.
    """
    check_scope(environment, branch)
    settings = load_settings(Path.cwd(), overrides={"broker": broker})
    manner = Manner(command=command, tests=tests, publishes=publishes, version=version, limit=limit)
    check_manner(manner, is_replay=replay, environment=environment, branch=branch, broker=broker)
    old, new = _both(definitions, has_broker=replay or address_of(settings) is not None)
    if replay and old is None:
        from contractkit.cli.replaying import present_definition  # loads what runs tests

        old = present_definition(settings, provider)
    asked = _Asked(
        old=old,
        new=new,
        provider=provider,
        contracts=contracts,
        uses_broker=not replay and (any(each is not None for each in (broker, environment, branch)) or old is None),
        environment=environment,
        branch=branch,
        assumed=read_assumptions(deployed, undeployed),
    )
    check_assumptions(asked.assumed, environment, [] if provider is None else [provider], option="--environment")
    if share:
        from contractkit.cli.sharing import check_sharing

        check_sharing(asks_broker=asked.uses_broker, supposes=bool(asked.assumed))
    known = read_exemption_file(exemptions, settings.root)  # a mistake in them is told before anything is compared
    with uncollected():  # what is read and found stays until the report is written
        report = _from_broker(asked, settings) if asked.uses_broker else _from_files(asked, settings)
        report = exempted(report, known.exemptions, date.today())
        if not replay:
            click.echo(_FORMATS[form](report).rstrip("\n"))
    if replay:
        from contractkit.cli.proofs import prove

        assert old is not None
        pair = Pair(provider=report.consumers[0].contract.provider, old=old, new=new)
        report = prove(report, pair, settings, manner, lambda found: click.echo(_FORMATS[form](found).rstrip("\n")))
    if share:
        click.echo(f"To share: {_shared(settings, asked, known.text)}", err=True)
    hurts = {report.verdict, proven_verdict(report)} & set(_FAILING[fail_on])
    return 1 if report.has_expired or hurts else 0


def _both(definitions: tuple[str, ...], *, has_broker: bool) -> tuple[str | None, str]:
    if len(definitions) == 1 and not has_broker:
        raise UsageError(
            "One definition is not enough to say what changes.",
            details=[("received", definitions[0])],
            next_step="contractkit impact OLD NEW, or have a broker give the old one: --broker URL --provider NAME",
        )
    if len(definitions) > 2:
        raise UsageError(
            "impact compares two definitions.",
            details=[("received", " ".join(definitions))],
            next_step="contractkit impact OLD NEW; contracts are named by --contracts",
        )
    return (None, definitions[0]) if len(definitions) == 1 else (definitions[0], definitions[1])


def _from_files(asked: _Asked, settings: Settings) -> ImpactReport:
    assert asked.old is not None
    old, new = load_compared(asked.old, settings), load_compared(asked.new, settings)
    default = settings.contracts_directory
    places = asked.contracts or ((default,) if default.exists() else ())
    files = find_contract_files(places)
    known = KnownParts()
    read = [(load_contract_file(file, known), ConsumerInfo(origin=str(file))) for file in files]
    where = " ".join(map(str, places or (default,)))
    contracts = tuple(_of_provider(read, _provider(asked, read), where))
    return _analysed(Compared(old=old, new=new, contracts=contracts, where=where))


def _from_broker(asked: _Asked, settings: Settings) -> ImpactReport:
    known_address(settings)  # else it is said that a service is to be named, where no broker is
    if asked.provider is None:
        raise UsageError(
            "A broker knows many services, and none was named.",
            next_step="Name the one that changes: --provider NAME"
            + ("; or both definitions, to ask of contracts that are here." if asked.old is None else ""),
        )
    if asked.contracts:
        raise UsageError("--contracts and a broker exclude each other.", next_step="Leave one of them out.")
    from contractkit.cli.impact_contracts import fetched  # loads the client

    scope = Scope(provider=asked.provider, environment=asked.environment, branch=asked.branch, assumed=asked.assumed)
    report = _analysed(fetched(scope, settings, old=asked.old, new=asked.new), scope)
    return replace(report, supposed=tuple(f"in {scope.environment} {each}" for each in scope.supposed))


def _shared(settings: Settings, asked: _Asked, exemptions: str | None) -> str:
    from contractkit.cli.sharing import shared

    assert asked.provider is not None  # the broker was asked with it
    scope = {"environment": asked.environment, "branch": asked.branch}
    return shared(settings, asked.provider, old=asked.old, new=asked.new, exemptions=exemptions, **scope)


def _provider(asked: _Asked, read: Sequence[tuple[Contract, ConsumerInfo]]) -> str | None:
    """Give the provider asked for, or the only one that the contracts have."""
    names = sorted({contract.provider for contract, _ in read})
    if asked.provider is not None or len(names) <= 1:
        return asked.provider or next(iter(names), None)
    raise UsageError(
        "The contracts are with several providers, and the definitions describe one.",
        details=[("providers", ", ".join(names))],
        next_step="Name the one that changes: --provider NAME",
    )


def _of_provider(
    read: Sequence[tuple[Contract, ConsumerInfo]], provider: str | None, where: str
) -> Iterator[tuple[Contract, ConsumerInfo]]:
    for contract, info in read:
        if contract.provider == provider:
            yield contract, info
        else:
            click.echo(f"Skipped {info.origin}: a contract with {contract.provider}, not {provider}.", err=True)
    known = {contract.provider for contract, _ in read}
    if known and provider not in known:
        raise NothingToCheckError(
            f"No contract is with {provider}.",
            details=[("looked in", where)],
            next_step=suggestion(str(provider), known),
        )


def _analysed(asked: Compared, scope: Scope | None = None) -> ImpactReport:
    old, new = asked.old, asked.new
    if not any(contract.interactions for contract, _ in asked.contracts):
        raise no_contract(asked.where, scope, [contract.consumer for contract, _ in asked.contracts])
    report = analyse(
        old.definition,
        new.definition,
        asked.contracts,
        old_source=source_of(old),
        new_source=source_of(new),
        may_fork=True,
    )
    _tell_mistakes([*mistakes_in(old), *mistakes_in(new)])
    if not report.consumers:
        raise _nothing_judged(report, asked.where)
    return report


def _tell_mistakes(lines: Sequence[str]) -> None:
    """Tell the mistakes of the definitions; what they stand in was read as if it were not there."""
    if not lines:
        return
    shown = [f"  {printable(line)}" for line in lines[:_MOST_MISTAKES]]
    left = len(lines) - len(shown)
    more = [f"  … and {left} more"] if left else []
    head = f"{counted(len(lines), 'mistake')} of the definitions; what they stand in is not judged:"
    click.echo("\n".join([head, *shown, *more, ""]), err=True)


def _nothing_judged(report: ImpactReport, where: str) -> NothingToCheckError:
    rows = [(each.consumer, aside_in_words(each)) for each in report.not_judged]
    return NothingToCheckError(
        "The definitions do not speak of any interaction of the contracts: they are over another transport.",
        details=[("looked in", where), ("definitions", f"{report.old.name}, {report.new.name}"), *rows],
        next_step="Name the definitions of that transport: OpenAPI for HTTP, protobuf for gRPC, "
        "JSON Schemas or AsyncAPI for messages.",
    )
