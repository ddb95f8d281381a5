"""Builds: the version, branch and page of the build that is running, as git and the usual CI systems tell them."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from contractkit.broker_client import Build
from contractkit.errors import UsageError
from contractkit.settings import Settings

_BRANCHES = (
    "GITHUB_HEAD_REF",  # GitHub, pull requests
    "GITHUB_REF_NAME",
    "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME",  # GitLab, merge requests
    "CI_COMMIT_REF_NAME",
    "BITBUCKET_BRANCH",
    "SYSTEM_PULLREQUEST_SOURCEBRANCH",  # Azure Pipelines, pull requests
    "BUILD_SOURCEBRANCH",  # Azure Pipelines; its …NAME is only what stands behind the last slash
    "CIRCLE_BRANCH",
    "TRAVIS_PULL_REQUEST_BRANCH",
    "TRAVIS_BRANCH",
    "BUILDKITE_BRANCH",
    "DRONE_SOURCE_BRANCH",
    "SEMAPHORE_GIT_BRANCH",
    "CODEBUILD_WEBHOOK_HEAD_REF",
    "CHANGE_BRANCH",  # Jenkins, change requests
    "BRANCH_NAME",
    "GIT_BRANCH",
)
_COMMITS = (
    "GITHUB_SHA",
    "CI_COMMIT_SHA",
    "BITBUCKET_COMMIT",
    "BUILD_SOURCEVERSION",
    "CIRCLE_SHA1",
    "TRAVIS_COMMIT",
    "BUILDKITE_COMMIT",
    "DRONE_COMMIT_SHA",
    "SEMAPHORE_GIT_SHA",
    "CODEBUILD_RESOLVED_SOURCE_VERSION",
    "GIT_COMMIT",
)
_PAGES = (
    "CI_JOB_URL",
    "CIRCLE_BUILD_URL",
    "TRAVIS_BUILD_WEB_URL",
    "BUILDKITE_BUILD_URL",
    "DRONE_BUILD_LINK",
    "CODEBUILD_BUILD_URL",
    "BUILD_URL",
)
_TEMPLATES = (
    "{GITHUB_SERVER_URL}/{GITHUB_REPOSITORY}/actions/runs/{GITHUB_RUN_ID}",
    "{BITBUCKET_GIT_HTTP_ORIGIN}/pipelines/results/{BITBUCKET_BUILD_NUMBER}",
    "{SYSTEM_COLLECTIONURI}{SYSTEM_TEAMPROJECT}/_build/results?buildId={BUILD_BUILDID}",
)
"""Pages of systems that do not name them whole."""

_TAGS = (("GITHUB_REF_TYPE", "GITHUB_REF_NAME"), ("CI_COMMIT_TAG", "CI_COMMIT_REF_NAME"))
"""A variable that says that a tag is built, and the one that then names the tag and no branch."""

_PREFIXES = ("refs/heads/", "origin/")


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildFacts:
    """What is known about the running build. `is_clean` says that the version is exactly what was committed."""

    version: str | None = None
    branch: str | None = None
    url: str | None = None
    is_clean: bool = True


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
        note = "" if facts.is_clean else ", though files differ from it"
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
    """Give what git in `root` and the environment say; git wins for the commit, the environment for the branch."""
    status = _git(root, "status", "--porcelain", "--untracked-files=no")
    return BuildFacts(
        version=_git(root, "rev-parse", "HEAD") or _first(environment, _COMMITS),
        branch=_branch(root, environment),
        url=_page(environment),
        is_clean=not status,
    )


def _branch(root: Path, environment: Mapping[str, str]) -> str | None:
    tags = [name for flag, name in _TAGS if environment.get(flag) not in (None, "", "branch")]
    named = _first(environment, tuple(name for name in _BRANCHES if name not in tags))
    if named:
        return _without_prefix(named)
    current = _git(root, "rev-parse", "--abbrev-ref", "HEAD")
    return None if current == "HEAD" else current  # HEAD is what git says where no branch is checked out


def _without_prefix(name: str) -> str:
    for prefix in _PREFIXES:
        name = name.removeprefix(prefix)
    return name


def _page(environment: Mapping[str, str]) -> str | None:
    known = {name: value for name, value in environment.items() if value}
    for template in _TEMPLATES:
        try:
            return template.format_map(known)
        except KeyError:
            continue
    return _first(environment, _PAGES)


def _first(environment: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    return next((environment[name] for name in names if environment.get(name)), None)


def _git(root: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None if done.returncode == 0 else None
