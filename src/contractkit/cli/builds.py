"""Builds: the version, branch and page of the build that is running, as git and the usual CI systems tell them."""

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from contractkit.broker_client import Build
from contractkit.cli.build_systems import (
    BRANCHES,
    COMMITS,
    HEADS,
    NO_BRANCH,
    NO_TAG,
    PAGES,
    PREFIXES,
    TAGS,
    TEMPLATES,
)
from contractkit.errors import UsageError
from contractkit.exact_json import JsonSyntaxError, read_json
from contractkit.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildFacts:
    """What is known about the running build.

    Attributes:
        version: The commit, of a proposal its head.
        branch: The branch, of a proposal its own.
        url: The page of the build.
        is_clean: The version is exactly what was committed.
        is_merge: What was built is not the version itself but its merge into the target.
    """

    version: str | None = None
    branch: str | None = None
    url: str | None = None
    is_clean: bool = True
    is_merge: bool = False


def this_build(
    settings: Settings, application: str, *, version: str | None, branch: str | None, url: str | None
) -> Build:
    """Give the build of an application from options, settings, git and the CI system's variables, in that order.

    What was detected is said on standard error.

    Raises:
        UsageError: No version was given and git does not know one.
    """
    facts = detect_build(settings.root, os.environ)
    given, chosen = version or settings.version, branch or settings.branch
    if given is None and facts.version is None:
        raise UsageError(
            f"The version of {application} is not known.",
            next_step="Give it as an option, or set CONTRACTKIT_VERSION; git knows none here.",
        )
    if given is None:
        note = ", though files differ from it" if not facts.is_clean else ""
        note += ", whose merge into the target was built" if facts.is_merge else ""
        click.echo(f"Version detected: {facts.version}{note}.", err=True)
    if chosen is None and facts.branch is not None:
        click.echo(f"Branch detected: {facts.branch}.", err=True)
    if url is None and facts.url is not None:
        click.echo(f"Page of the build detected: {facts.url}", err=True)
    return Build(
        application=application,
        version=given or facts.version or "",
        branch=chosen or facts.branch,
        url=url or facts.url,
    )


def detect_build(root: Path, environment: Mapping[str, str]) -> BuildFacts:
    """Give what git in `root` and the environment say; git wins for the commit, the environment for the branch.

    Where git has a proposal's merge checked out, the proposal's head is the version: nobody else knows the merge.
    """
    status = _git(root, "status", "--porcelain", "--untracked-files=no")
    checked_out, built = _git(root, "rev-parse", "HEAD"), _first(environment, COMMITS)
    head = _head(environment) if checked_out in (None, built) else None
    return BuildFacts(
        version=head or checked_out or built,
        branch=_branch(root, environment, checked_out or built),
        url=_page(environment),
        is_clean=not status,
        is_merge=head is not None and head != (checked_out or built),
    )


def _head(environment: Mapping[str, str]) -> str | None:
    """Give the head of the proposal that is built, where one is and the system says it."""
    if environment.get("GITHUB_EVENT_NAME") == "pull_request":
        return _head_on_github(environment.get("GITHUB_EVENT_PATH", ""))
    return _first(environment, HEADS)


def _head_on_github(event_file: str) -> str | None:
    try:
        event: Any = read_json(Path(event_file).read_bytes())
        head = event["pull_request"]["head"]["sha"]
    except (OSError, JsonSyntaxError, KeyError, TypeError):
        return None
    return head if isinstance(head, str) and head else None


def _branch(root: Path, environment: Mapping[str, str], commit: str | None) -> str | None:
    passed_over = [name for flag, name in TAGS if environment.get(flag, "") not in NO_TAG]
    if _builds_the_target(environment, commit):
        passed_over.append("GITHUB_HEAD_REF")
    named = [environment.get(name, "") for name in BRANCHES if name not in passed_over]
    found = next((name for name in named if name and not _is_of_no_branch(name)), None)
    if found:
        return _without_prefix(found)
    current = _git(root, "rev-parse", "--abbrev-ref", "HEAD")
    return None if current == "HEAD" else current  # HEAD is what git says where no branch is checked out


def _builds_the_target(environment: Mapping[str, str], commit: str | None) -> bool:
    """Say whether GitHub builds a pull request's target, as it does unless the workflow checks the head out."""
    is_asked = environment.get("GITHUB_EVENT_NAME") == "pull_request_target"
    return is_asked and commit == environment.get("GITHUB_SHA")


def _is_of_no_branch(name: str) -> bool:
    """Say whether a name is that of a tag or of a proposal; GitHub calls the latter `12/merge`."""
    return name.startswith(NO_BRANCH) or re.fullmatch(r"\d+/(merge|head)", name) is not None


def _without_prefix(name: str) -> str:
    for prefix in PREFIXES:
        name = name.removeprefix(prefix)
    return name


def _page(environment: Mapping[str, str]) -> str | None:
    known = {name: value.replace(" ", "%20") for name, value in environment.items() if value}
    for template in TEMPLATES:
        try:
            return template.format_map(known)
        except KeyError:
            continue
    return _first(environment, PAGES)


def _first(environment: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    return next((environment[name] for name in names if environment.get(name, "HEAD") not in ("", "HEAD")), None)


def _git(root: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None if done.returncode == 0 else None
