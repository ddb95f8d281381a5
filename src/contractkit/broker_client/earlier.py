"""Earlier results: what verifications of a contract's content the broker has, and one more told exactly once."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from contractkit.broker_client.connection import Connection
from contractkit.broker_client.refusals import refusal
from contractkit.errors import BrokerUnreachableError
from contractkit.exact_json import Json

_METADATA = re.compile(r"/metadata/[^/]+(?=/verification-results$)")
_WAITS = (0.25, 0.5, 1.0, 2.0)  # seconds before it is looked whether the result arrived, and told again if not
_MAY_HAVE_ARRIVED = frozenset({408, 429, 500, 502, 503, 504})
_SAME = ("success", "providerApplicationVersion", "buildUrl", "verifiedBy", "testResults")


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierResult:
    """A verification that the broker has. `is_whole` says that it spoke of every interaction of the contract."""

    provider_version: str
    passed: bool
    is_whole: bool
    implementation: str
    verifier_version: str
    url: str


class EarlierResults:
    """Results of one content, newest first, as far as the broker lists them; another broker may list none."""

    def __init__(self, connection: Connection, sleep: Callable[[float], None]) -> None:
        self._connection = connection
        self._sleep = sleep

    @property
    def is_told_by_version(self) -> bool:
        """Say whether the broker says what a version of a provider has not kept yet; only our own does."""
        return self._connection.has_link("contractkit:owed")

    def of(self, results_url: str) -> tuple[EarlierResult, ...]:
        """Give the results of the content whose `results_url` this is; empty where the broker lists none."""
        return tuple(self._earlier(each) for each in self._listed(results_url))

    def find_equal(self, results_url: str, document: Mapping[str, Json]) -> str | None:
        """Give the URL of a stored result that says exactly what a document says, or None."""
        wanted = _said(document)
        return next((self._url(each) for each in self._listed(results_url) if _said(each) == wanted), None)

    def publish_once(self, results_url: str, document: Mapping[str, Json], *, summary: str) -> str:
        """Publish a result and give the URL of what is stored.

        Where no answer came it may have been stored all the same, so before it is told again the broker is asked.

        Args:
            results_url: Where.
            document: As `verdict_document` gives it.
            summary: What did not happen if the broker refuses.
        """
        for wait in (*_WAITS, None):
            try:
                answer = self._connection.send("POST", results_url, body=dict(document), tries=1)
            except BrokerUnreachableError:
                if wait is None:
                    raise
            else:
                if wait is None or answer.status_code not in _MAY_HAVE_ARRIVED:
                    if not answer.is_success:
                        raise refusal(answer, summary)
                    return self._url(self._connection.parsed(answer) or {}) or results_url
            self._sleep(wait)
            stored = self.find_equal(results_url, document)
            if stored is not None:
                return stored
        raise AssertionError("the last try returns or raises")

    def _listed(self, results_url: str) -> list[Mapping[str, Any]]:
        answer = self._connection.send("GET", _METADATA.sub("", results_url))
        if not answer.is_success:
            return []
        document = self._connection.parsed(answer)
        embedded = document.get("_embedded") if isinstance(document, dict) else None
        listed = (embedded or {}).get("verificationResults") or ()
        return [each for each in listed if isinstance(each, dict)]

    def _earlier(self, each: Mapping[str, Any]) -> EarlierResult:
        verifier = each.get("verifiedBy") or {}
        return EarlierResult(
            provider_version=str(each.get("providerApplicationVersion") or ""),
            passed=each.get("success") is True,
            is_whole=not each.get("contractkit:leftOut"),
            implementation=str(verifier.get("implementation") or ""),
            verifier_version=str(verifier.get("version") or ""),
            url=self._url(each),
        )

    def _url(self, each: Mapping[str, Any]) -> str:
        link = (each.get("_links") or {}).get("self")
        return self._connection.follow(link) if link else ""


def _said(document: Mapping[str, Any]) -> tuple[Json, ...]:
    return tuple(document.get(name) or None for name in _SAME)
