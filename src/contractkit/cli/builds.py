"""Builds: the version, branch and page of the build that is running, as git and the usual CI systems tell them."""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_BRANCHES = (
    "GITHUB_HEAD_REF",  # GitHub, pull requests
    "GITHUB_REF_NAME",
    "CI_COMMIT_REF_NAME",  # GitLab
    "BITBUCKET_BRANCH",
    "BUILD_SOURCEBRANCHNAME",  # Azure Pipelines
    "CIRCLE_BRANCH",
    "TRAVIS_BRANCH",
    "BUILDKITE_BRANCH",
    "BRANCH_NAME",  # Jenkins
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
    "GIT_COMMIT",
)
_PAGES = ("CI_JOB_URL", "CIRCLE_BUILD_URL", "TRAVIS_BUILD_WEB_URL", "BUILDKITE_BUILD_URL", "BUILD_URL")


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildFacts:
    """What is known about the running build. `is_clean` says that the version is exactly what was committed."""

    version: str | None = None
    branch: str | None = None
    url: str | None = None
    is_clean: bool = True


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
    named = _first(environment, _BRANCHES)
    if named:
        return named.removeprefix("origin/")
    current = _git(root, "rev-parse", "--abbrev-ref", "HEAD")
    return None if current == "HEAD" else current  # HEAD is what git says where no branch is checked out


def _page(environment: Mapping[str, str]) -> str | None:
    if "GITHUB_RUN_ID" in environment:
        server, repository = environment.get("GITHUB_SERVER_URL", ""), environment.get("GITHUB_REPOSITORY", "")
        return f"{server}/{repository}/actions/runs/{environment['GITHUB_RUN_ID']}"
    return _first(environment, _PAGES)


def _first(environment: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    return next((environment[name] for name in names if environment.get(name)), None)


def _git(root: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None if done.returncode == 0 else None
