"""The connection: requests to a broker with retries, and answers as JSON, bytes or errors."""

import re
import ssl
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import quote

from contractkit.broker_client.address import BrokerAddress
from contractkit.broker_client.certificates import Names, unusable_environment
from contractkit.broker_client.proxies import proxy_of
from contractkit.broker_client.refusals import refusal
from contractkit.errors import BrokerError, BrokerUnreachableError
from contractkit.exact_json import Json, JsonSyntaxError, dump_compact, read_json

if TYPE_CHECKING:
    import httpx

HAL = "application/hal+json, application/json;q=0.9"

_NAMES = Names(ca="CONTRACTKIT_BROKER_CA", certificate="CONTRACTKIT_BROKER_CERTIFICATE", key="CONTRACTKIT_BROKER_KEY")

_RETRIED_STATUSES = frozenset({408, 429, *range(500, 600)} - {501, 505})
_WAITS = (0.25, 0.5, 1.0, 2.0, 4.0)  # seconds before the second try, the third, …
_TRIES_WITHOUT_ANSWER = 4  # a wrong address is told sooner than a broker that is busy
_LONGEST_WAIT = 30.0  # seconds that a Retry-After is followed for
_WORTH_SAYING = 2.0  # seconds of waiting that are not let pass in silence


class Connection:
    """Speaks to one broker: follows its link relations, tries again where that may help.

    Proxies are taken from the environment (`HTTPS_PROXY` and its kin), and so are certificate authorities
    (`SSL_CERT_FILE`, `SSL_CERT_DIR`) where `tls` is None. Waits of two seconds or more are told to `tell`. Where
    certificates are the reason that there is no answer, messages call what names them by `names`.
    """

    def __init__(
        self,
        address: BrokerAddress,
        *,
        timeout: float = 30.0,
        tls: ssl.SSLContext | None = None,
        transport: "httpx.BaseTransport | None" = None,
        sleep: Callable[[float], None] = time.sleep,
        tell: Callable[[str], None] = lambda _sentence: None,
        names: Names = _NAMES,
    ) -> None:
        import httpx

        headers = {"accept": HAL, "user-agent": "contractkit"}
        if address.authorization:
            headers["authorization"] = address.authorization
        self.address = address
        self.sleep = sleep
        self._tell = tell
        self._names = names
        try:
            self._client = httpx.Client(
                headers=headers, timeout=timeout, transport=transport, verify=True if tls is None else tls
            )
        except (ValueError, OSError, ImportError, httpx.InvalidURL) as error:
            raise unusable_environment(error) from None

    def close(self) -> None:
        """Close the pool."""
        self._client.close()

    @cached_property
    def _links(self) -> Mapping[str, Json]:
        index = self.read("GET", f"{self.address.url}/")
        links = index.get("_links") if isinstance(index, dict) else None
        if not isinstance(links, dict):
            raise BrokerError(
                f"What answers at {self.address.url} is not a broker.",
                details=[("expected", "a HAL document with _links"), ("received", str(type(index).__name__))],
                next_step="Check the broker's URL, its path included.",
            )
        return links

    def has_link(self, relation: str) -> bool:
        """Say whether the broker's index offers a link relation."""
        return relation in self._links

    def link(self, relation: str, **values: str) -> str:
        """Give the URL of a link relation of the index, its template filled.

        Raises:
            BrokerError: The broker does not offer it.
        """
        if not self.has_link(relation):
            raise BrokerError(
                f"The broker at {self.address.url} does not offer what is needed.",
                details=[("missing", f"the link relation {relation}")],
                next_step="Use a newer broker.",
            )
        return self.follow(self._links[relation], **values)

    def follow(self, link: Mapping[str, str], **values: str) -> str:
        """Give the URL of a link object (`href`, perhaps templated) as seen from the configured base URL."""
        href = link["href"]
        for name, value in values.items():
            href = href.replace(f"{{{name}}}", quote(value, safe=""))
        return self.address.rebase(href)

    def path(self, *steps: str) -> str:
        """Give the URL of a path under the base URL, each step percent-encoded."""
        return "/".join((self.address.url, *(quote(step, safe="") for step in steps)))

    def read(self, method: str, url: str, *, body: Json = None, summary: str = "") -> Json:
        """Send a request and give the JSON of its answer, None where it is empty.

        Raises:
            BrokerRefusedError: The answer is no success; `summary` says what did not happen.
            BrokerUnreachableError: No answer came.
            BrokerError: The answer is not JSON.
        """
        answer = self.send(method, url, body=body)
        if not answer.is_success:
            raise refusal(answer, summary)
        return self.parsed(answer)

    def put(self, url: str, summary: str) -> None:
        """Have something be there whose address says everything; what comes back is not read.

        The body is empty, yet has a type: some brokers refuse a PUT that has none.

        Raises:
            BrokerRefusedError: The answer is no success; `summary` says what did not happen.
        """
        answer = self.send("PUT", url, data=b"")
        if not answer.is_success:
            raise refusal(answer, summary)

    def parsed(self, answer: "httpx.Response") -> Json:
        """Give the JSON of an answer, None where it is empty.

        Raises:
            BrokerError: It is not JSON.
        """
        if not answer.content:
            return None
        try:
            return read_json(answer.content)
        except JsonSyntaxError as error:
            raise BrokerError(
                f"What answers at {self.address.url} is not a broker.",
                details=[
                    ("asked", f"{answer.request.method} {answer.request.url.path}"),
                    ("expected", "JSON"),
                    ("problem", str(error)),
                ],
                next_step="Check the broker's URL, its path included.",
            ) from None

    def send(
        self,
        method: str,
        url: str,
        *,
        body: Json = None,
        data: bytes | None = None,
        content_type: str = "application/json",
        headers: Mapping[str, str] = MappingProxyType({}),
        tries: int = len(_WAITS) + 1,
    ) -> "httpx.Response":
        """Send a request, again where the answer or its absence says that this may help, and give the last answer.

        What may not be told twice is sent with `tries` of 1.
        """
        import httpx

        content = data if data is not None else (None if body is None else dump_compact(body))
        told = {**headers, **({} if content is None else {"content-type": content_type})}
        for number, wait in enumerate((*_WAITS, None)[-tries:], start=1):
            try:
                answer = self._client.request(method, url, content=content, headers=told)
            except httpx.RequestError as error:
                if wait is None or number == _TRIES_WITHOUT_ANSWER or _is_final(error):
                    raise self._unreachable(error) from None
                self._wait(wait, "did not answer")
                continue
            if wait is None or answer.status_code not in _RETRIED_STATUSES:
                return answer
            asked = _asked_wait(answer)
            self._wait(wait if asked is None else asked, f"answered {answer.status_code}")
        raise AssertionError("the last try returns or raises")

    def _wait(self, seconds: float, what: str) -> None:
        if seconds >= _WORTH_SAYING:
            self._tell(f"The broker {what}; trying again in {seconds:g} s.")
        self.sleep(seconds)

    def _unreachable(self, error: "httpx.RequestError") -> BrokerUnreachableError:
        import httpx

        reason = "no answer in time" if isinstance(error, httpx.TimeoutException) else _phrase(error)
        proxy = proxy_of(self.address.url)
        return BrokerUnreachableError(
            f"The broker at {self.address.url} cannot be reached.",
            details=[
                ("reason", reason or type(error).__name__),
                *([("by way of", f"the proxy {proxy}")] if proxy else []),
            ],
            next_step=self._hint(reason.upper(), proxy),
        )

    def _hint(self, reason: str, proxy: str) -> str:
        if "CERTIFICATE_REQUIRED" in reason:
            return f"It asks who is there: name a certificate in {self._names.certificate}."
        if "ALERT_UNKNOWN_CA" in reason or "ALERT_BAD_CERTIFICATE" in reason:
            return f"It does not trust the certificate in {self._names.certificate}."
        if "CERTIFICATE" in reason:
            return f"Name its certificate authority in {self._names.ca}."
        if proxy:
            return "Check the proxy; NO_PROXY names the hosts that are reached without one."
        return "Check the URL and the network."


def _phrase(error: "httpx.RequestError") -> str:
    text = re.sub(r"^\[Errno -?\d+\] ", "", str(error))
    return text if "CERTIFICATE" in text.upper() else text[:1].lower() + text[1:]


def _is_final(error: "httpx.RequestError") -> bool:
    import httpx

    return (
        isinstance(error, httpx.UnsupportedProtocol | httpx.ProxyError | httpx.LocalProtocolError)
        or "CERTIFICATE" in str(error).upper()
    )


def _asked_wait(answer: "httpx.Response") -> float | None:
    """Give the seconds that `Retry-After` asks for (RFC 9110 §10.2.3), or None."""
    asked = answer.headers.get("retry-after", "")
    if asked.isdigit():
        return min(float(asked), _LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(asked)
    except ValueError:
        return None
    left = (until - datetime.now(UTC)).total_seconds()
    return min(left, _LONGEST_WAIT) if left > 0 else None
