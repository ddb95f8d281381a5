"""Administration: the environments, applications and branches that a broker keeps beside contracts."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from contractkit.broker_client.connection import Connection
from contractkit.broker_client.parsing import (
    embedded,
    read_application,
    read_branch,
    read_environment,
    read_environments,
)
from contractkit.broker_client.records import Application, Branch, Environment
from contractkit.broker_client.refusals import refusal
from contractkit.errors import UnknownNameError, nearest_names, suggestion
from contractkit.exact_json import Json

_NOT_FOUND = 404


class Administration:
    """What is administered in a broker, ours or a Pact Broker.

    Names that are not there are `UnknownNameError`, with the nearest suggested.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def environments(self) -> tuple[Environment, ...]:
        """Give every environment that the broker knows."""
        return read_environments(self._read("GET", self._connection.link("pb:environments"), None, ""))

    def environment(self, name: str) -> Environment:
        """Give the environment of a name."""
        known = {each.name: each for each in self.environments()}
        if name not in known:
            raise unknown_environment(name, known)
        return known[name]

    def create_environment(self, environment: Environment) -> Environment:
        """Create an environment; its name must be free."""
        url = self._connection.link("pb:environments")
        summary = f"The environment {environment.name} was not created."
        return read_environment(self._read("POST", url, _environment_form(environment), summary))

    def update_environment(self, environment: Environment) -> Environment:
        """Replace what is known of the environment with this uuid, its name too."""
        url = self._connection.path("environments", environment.uuid)
        summary = f"The environment {environment.name} was not changed."
        return read_environment(self._read("PUT", url, _environment_form(environment), summary))

    def delete_environment(self, environment: Environment) -> None:
        """Delete an environment, with every deployment and release in it."""
        url = self._connection.path("environments", environment.uuid)
        self._read("DELETE", url, None, f"The environment {environment.name} was not deleted.")

    def applications(self) -> tuple[Application, ...]:
        """Give every application that the broker knows, none where it does not list them."""
        if not self._connection.has_link("pb:pacticipants"):
            return ()
        document = self._read("GET", self._connection.link("pb:pacticipants"), None, "")
        found = embedded(document, "pacticipants") or (document or {}).get("pacticipants") or ()
        return tuple(map(read_application, found))

    def find_application(self, name: str) -> Application | None:
        """Give the application of a name, None where there is none."""
        answer = self._connection.send("GET", self._application_url(name))
        if answer.status_code == _NOT_FOUND:
            return None
        if not answer.is_success:
            raise refusal(answer, f"The broker gave no application {name}.")
        return read_application(self._connection.parsed(answer))

    def application(self, name: str) -> Application:
        """Give the application of a name."""
        return self.find_application(name) or self._fail_unknown(name)

    def save_application(self, name: str, changes: Mapping[str, Json]) -> Application:
        """Create an application, or change the members that are named (`mainBranch`, `displayName`, …)."""
        summary = f"The application {name} was not saved."
        return read_application(self._read("PATCH", self._application_url(name), dict(changes), summary))

    def add_label(self, application: str, label: str) -> None:
        """Put a label on an application."""
        url = self._connection.path("pacticipants", application, "labels", label)
        self._connection.put(url, f"{application} was not given the label {label}.")

    def remove_label(self, application: str, label: str) -> None:
        """Take a label off an application."""
        url = self._connection.path("pacticipants", application, "labels", label)
        self._read("DELETE", url, None, f"The label {label} was not taken off {application}.")

    def delete_application(self, name: str) -> None:
        """Delete an application, with its versions, contracts, results and deployments."""
        self._read("DELETE", self._application_url(name), None, f"The application {name} was not deleted.")

    def branches(self, application: str) -> tuple[Branch, ...]:
        """Give the branches of an application, in the broker's order; of all its pages."""
        return tuple(self._branches(f"{self._application_url(application)}/branches", application))

    def branch(self, application: str, name: str) -> Branch:
        """Give a branch of an application."""
        found = {each.name: each for each in self.branches(application)}
        if name not in found:
            raise UnknownNameError(
                f"{application} has no branch named {name!r}.", next_step=suggestion(name, list(found))
            )
        return found[name]

    def delete_branch(self, application: str, name: str) -> None:
        """Delete a branch; its versions stay."""
        url = self._connection.link("pb:pacticipant-branch", pacticipant=application, branch=name)
        self._read("DELETE", url, None, f"The branch {name} of {application} was not deleted.")

    def _branches(self, url: str | None, application: str) -> Iterator[Branch]:
        while url is not None:
            answer = self._connection.send("GET", url)
            if answer.status_code == _NOT_FOUND:
                self.application(application)
            if not answer.is_success:
                raise refusal(answer, f"The broker gave no branches of {application}.")
            document = self._connection.parsed(answer)
            yield from map(read_branch, embedded(document, "branches"))
            link = (document.get("_links") or {}).get("next")
            url = self._connection.follow(link) if link else None

    def check_application(self, name: str) -> None:
        """Check that there is an application of this name, where the broker can be asked for one."""
        if self._connection.has_link("pb:pacticipant"):
            self.application(name)

    def check_version(self, application: str, number: str) -> None:
        """Check that there is this version of an application; the nearest of the newest are suggested."""
        url = self._connection.link("pb:pacticipant-version", pacticipant=application, version=number)
        answer = self._connection.send("GET", url)
        if answer.status_code == _NOT_FOUND:
            self.check_application(application)
            raise unknown_version(application, number, self._newest_versions(application))
        if not answer.is_success:
            raise refusal(answer, f"The broker gave no version {number} of {application}.")

    def _newest_versions(self, application: str) -> list[str]:
        """Give the newest versions, those of the first page, none where the broker does not list them."""
        answer = self._connection.send("GET", f"{self._application_url(application)}/versions")
        if not answer.is_success:
            return []
        return [str(each["number"]) for each in embedded(self._connection.parsed(answer), "versions")]

    def _fail_unknown(self, name: str) -> Application:
        raise UnknownNameError(
            f"The broker knows no application named {name!r}.",
            next_step=suggestion(name, [each.name for each in self.applications()])
            or "Publish its contracts, or those with it, first: contractkit publish",
        )

    def _application_url(self, name: str) -> str:
        return self._connection.link("pb:pacticipant", pacticipant=name)

    def _read(self, method: str, url: str, body: Json, summary: str) -> Any:
        return self._connection.read(method, url, body=body, summary=summary)


def unknown_environment(name: str, known: Mapping[str, object]) -> UnknownNameError:
    """Give the error that an environment of this name is not there."""
    return UnknownNameError(f"The broker knows no environment named {name!r}.", next_step=suggestion(name, list(known)))


def unknown_version(application: str, number: str, known: Sequence[str] = ()) -> UnknownNameError:
    """Give the error that there is no such version of an application, of which these are known."""
    near = nearest_names(number, known)
    return UnknownNameError(
        f"The broker knows no version {number} of {application}.",
        next_step=f"Did you mean {' or '.join(near)}?"
        if near
        else "Publish its contracts, or its verification results, first.",
    )


def _environment_form(environment: Environment) -> dict[str, Json]:
    contacts = [
        {"name": each.name, **({"details": {"emailAddress": each.email}} if each.email else {})}
        for each in environment.contacts
    ]
    return {
        "name": environment.name,
        "production": environment.is_production,
        **({"displayName": environment.display_name} if environment.display_name else {}),
        **({"contacts": contacts} if contacts else {}),
    }
