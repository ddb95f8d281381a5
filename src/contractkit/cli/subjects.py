"""Subjects: which versions are asked about, by number or by what the broker is to look them up by."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from contractkit.broker_client import BrokerClient
from contractkit.deployability import Subject
from contractkit.errors import UnknownNameError, UsageError

_Command = TypeVar("_Command", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which version of the applications named is meant: exactly one of these is said."""

    version: str | None
    branch: str | None
    tag: str | None
    main_branch: bool
    latest: bool

    @property
    def said(self) -> tuple[str, ...]:
        """Give the options that were given."""
        ways = {
            "--version": self.version is not None,
            "--branch": self.branch is not None,
            "--main-branch": self.main_branch,
            "--tag": self.tag is not None,
            "--latest": self.latest,
        }
        return tuple(name for name, is_given in ways.items() if is_given)


def asks_about_versions(command: _Command) -> _Command:
    """Give a command the options that say which version is meant."""
    for option in (
        click.option("--latest", is_flag=True, help="Instead: the version that became known last."),
        click.option("--tag", help="Instead: the newest version with this tag."),
        click.option("--main-branch", is_flag=True, help="Instead: the head of the main branch."),
        click.option("--branch", help="Instead: the head of this branch."),
        click.option("--version", help="The version that is to be deployed."),
    ):
        command = option(command)
    return command


def versions_in(applications: Sequence[str], wanted: Wanted) -> tuple[tuple[str, str], ...]:
    """Give the versions that are written with the applications themselves: `web-shop@1.4.0 orders@2.0.0`.

    None are where a version is said otherwise, for an `@` may be part of a name, or where some application has none.
    """
    pairs = [(name, version) for name, _, version in (each.rpartition("@") for each in applications)]
    return tuple(pairs) if not wanted.said and all(name and version for name, version in pairs) else ()


@contextmanager
def versions_said_once(applications: Sequence[str], wanted: Wanted) -> Iterator[None]:
    """Say of a name that the broker does not know that a version is written with it, if so: another is said already."""
    try:
        yield
    except UnknownNameError as error:
        name = next((each for each in applications if repr(each) in error.explanation.summary), "")
        alone, _, version = name.rpartition("@")
        if not (alone and version and wanted.said):
            raise
        said = error.explanation.summary.removesuffix(".")
        raise UsageError(
            f"{said}; is {version} its version? {wanted.said[0]} says one already.",
            next_step=f"Write {alone}, or leave out {wanted.said[0]}.",
        ) from None


def check_wanted(wanted: Wanted) -> None:
    """Check that one way of saying a version was used.

    Raises:
        UsageError: None was, or several.
    """
    if not wanted.said:
        raise UsageError(
            "It is not said which version.",
            next_step="Give --version V, or have the broker look it up: --branch NAME, --main-branch, --tag NAME, "
            "--latest",
        )
    if len(wanted.said) > 1:
        raise UsageError(f"{' and '.join(wanted.said)} cannot be given together: each says which version.")


def find_subjects(client: BrokerClient, applications: Sequence[str], wanted: Wanted) -> tuple[Subject, ...]:
    """Give the versions that are meant; what was looked up is said on standard error."""
    return tuple(Subject(application=name, version=_version(client, name, wanted)) for name in applications)


def _version(client: BrokerClient, application: str, wanted: Wanted) -> str:
    if wanted.version is not None:
        return wanted.version
    if wanted.branch is not None:
        return _told(application, client.heads.of_branch(application, wanted.branch), f"the head of {wanted.branch}")
    if wanted.main_branch:
        return _told(application, client.heads.of_main_branch(application), "the head of the main branch")
    if wanted.tag is not None:
        return _told(application, client.heads.newest(application, wanted.tag), f"the newest tagged {wanted.tag}")
    return _told(application, client.heads.newest(application), "the newest")


def _told(application: str, version: str, which: str) -> str:
    click.echo(f"{application} {version} is {which}.", err=True)
    return version
