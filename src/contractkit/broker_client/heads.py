"""Heads: which version a branch, a tag or nothing but an application's name means now."""

from typing import Any

from contractkit.broker_client.administration import Administration
from contractkit.broker_client.connection import Connection
from contractkit.broker_client.refusals import refusal
from contractkit.errors import UnknownNameError

_NOT_FOUND = 404


class Heads:
    """Looks versions up, in a broker of ours or a Pact Broker. Each method gives the version's number.

    Names that are not there are `UnknownNameError`, with the nearest suggested.
    """

    def __init__(self, connection: Connection, administration: Administration) -> None:
        self._connection = connection
        self._administration = administration

    def of_branch(self, application: str, branch: str) -> str:
        """Give the version that joined a branch last."""
        url = self._connection.link("pb:pacticipant-branch", pacticipant=application, branch=branch)
        document = self._found(url, f"The broker gave no branch {branch} of {application}.")
        if document is None:
            self._administration.check_application(application)
            self._administration.branch(application, branch)
        head = ((document or {}).get("_embedded") or {}).get("latestVersion") or self._linked(document or {})
        if not head.get("number"):
            raise UnknownNameError(f"No version of {application} is on the branch {branch}.")
        return str(head["number"])

    def of_main_branch(self, application: str) -> str:
        """Give the version that joined the main branch last."""
        branch = self._administration.application(application).main_branch
        if not branch:
            raise UnknownNameError(
                f"The broker does not know the main branch of {application}.",
                next_step=f"Say which it is: contractkit application update {application} --main-branch NAME",
            )
        return self.of_branch(application, branch)

    def newest(self, application: str, tag: str | None = None) -> str:
        """Give the version that became known last, of those with a tag where one is named."""
        relation = "pb:latest-version" if tag is None else "pb:latest-tagged-version"
        values = {"pacticipant": application, **({} if tag is None else {"tag": tag})}
        summary = f"The broker gave no newest version of {application}."
        document = self._found(self._connection.link(relation, **values), summary)
        if document is None:
            self._administration.check_application(application)
            which = f"No version of {application} has the tag {tag}." if tag else f"{application} has no version yet."
            raise UnknownNameError(which)
        return str(document["number"])

    def _linked(self, branch: Any) -> Any:
        link = (branch.get("_links") or {}).get("pb:latest-version")
        return (self._found(self._connection.follow(link), "") if link else None) or {}

    def _found(self, url: str, summary: str) -> Any:
        answer = self._connection.send("GET", url)
        if answer.status_code == _NOT_FOUND:
            return None
        if not answer.is_success:
            raise refusal(answer, summary)
        return self._connection.parsed(answer)
