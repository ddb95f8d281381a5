"""Proofs: what a consumer's own tests proved is published, so that the provider who asks who breaks sees it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import click

from contractkit.broker_client import BrokerClient, Build
from contractkit.cli.brokers import connect
from contractkit.cli.builds import this_build
from contractkit.cli.replay_manner import Manner, Pair
from contractkit.cli.replaying import replayed
from contractkit.cli.sharing import published_bytes
from contractkit.document import file_digest
from contractkit.exact_json import Json
from contractkit.impact import ImpactReport
from contractkit.impact.proofs import Proved, proved
from contractkit.impact.proven import TestProof
from contractkit.settings import Settings

_MOST_CHARACTERS = 4_000  # of a name, as a broker takes it
_MOST_TESTS = 1_000  # of one interaction, likewise


@dataclass(frozen=True, slots=True, kw_only=True)
class Publishing:
    """Where proofs go: the broker, the consumer's build, the provider and the digests of its two definitions."""

    client: BrokerClient
    build: Build
    provider: str
    digests: tuple[str, str]

    def send(self, report: ImpactReport) -> None:
        """Publish what the tests proved, one proof for each consumer whose tests they are."""
        found = list(proved(report))
        for consumer in dict.fromkeys(each.consumer.consumer for each in found):
            own = [each for each in found if each.consumer.consumer == consumer]
            self.client.resources.publish_impact_proof(
                consumer, self.build.version, self.provider, digests=self.digests, interactions=_forms(own)
            )
            click.echo(f"Published what the tests of {consumer} {self.build.version} proved.", err=True)


def prove(
    report: ImpactReport, pair: Pair, settings: Settings, manner: Manner, tell: Callable[[ImpactReport], None]
) -> ImpactReport:
    """Give a report with what the tests of this project prove, once it is told and, where asked for, published.

    Raises:
        UsageError: As `replayed` does; or the version is not known. What can be checked before a test runs is.
        SettingsError: No broker is set.
        BrokerError: It cannot be reached, or refuses.
    """
    if not manner.publishes:
        found = replayed(report, pair, settings, manner)
        tell(found)
        return found
    consumer = settings.consumer or report.consumers[0].consumer
    publishing = _prepared(settings, pair, consumer, manner.version)
    with publishing.client:
        found = replayed(report, pair, settings, manner)
        tell(found)
        publishing.send(found)
    return found


def _prepared(settings: Settings, pair: Pair, consumer: str, version: str | None) -> Publishing:
    build = this_build(settings, consumer, version=version, branch=None, url=None)
    digests = _digest(pair.old, settings), _digest(pair.new, settings)
    return Publishing(client=connect(settings), build=build, provider=pair.provider, digests=digests)


def _digest(location: str, settings: Settings) -> str:
    return file_digest(published_bytes(location, settings))


def _forms(found: Sequence[Proved]) -> list[Json]:
    return [
        {
            "key": each.impact.interaction.key,
            "description": each.impact.interaction.description[:_MOST_CHARACTERS],
            "operation": each.impact.operation[:_MOST_CHARACTERS],
            "predicted": each.impact.verdict.value,
            "outcome": each.proof.outcome.value,
            "why": each.why or None,
            "tests": [_test_form(test) for test in (*each.proof.telling, *each.proof.others)[:_MOST_TESTS]],
        }
        for each in found
    ]


def _test_form(test: TestProof) -> Json:
    return {
        "nodeId": test.test.node_id,
        "outcome": test.outcome.value,
        "message": test.message or None,
        "file": test.file or None,
        "line": test.line or None,
    }
