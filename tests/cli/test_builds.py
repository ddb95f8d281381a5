"""What is detected of a build: from each usual CI system's own variables."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from contractkit.cli.builds import BuildFacts, detect_build, this_build
from contractkit.settings import Settings

SYSTEMS: Mapping[str, tuple[dict[str, str], BuildFacts]] = {
    "github, a push": (
        {
            "GITHUB_SHA": "8f2c1e4",
            "GITHUB_REF_NAME": "feature/x",
            "GITHUB_REF_TYPE": "branch",
            "GITHUB_SERVER_URL": "https://github.example",
            "GITHUB_REPOSITORY": "shop/web",
            "GITHUB_RUN_ID": "7",
        },
        BuildFacts(version="8f2c1e4", branch="feature/x", url="https://github.example/shop/web/actions/runs/7"),
    ),
    "github, a pull request": (
        {"GITHUB_SHA": "8f2c1e4", "GITHUB_HEAD_REF": "feature/x", "GITHUB_REF_NAME": "12/merge"},
        BuildFacts(version="8f2c1e4", branch="feature/x"),
    ),
    "github, a tag": (
        {"GITHUB_SHA": "8f2c1e4", "GITHUB_REF_NAME": "v1.4.0", "GITHUB_REF_TYPE": "tag"},
        BuildFacts(version="8f2c1e4"),
    ),
    "gitlab": (
        {"CI_COMMIT_SHA": "8f2c1e4", "CI_COMMIT_REF_NAME": "main", "CI_JOB_URL": "https://gitlab.example/jobs/7"},
        BuildFacts(version="8f2c1e4", branch="main", url="https://gitlab.example/jobs/7"),
    ),
    "gitlab, a tag": (
        {"CI_COMMIT_SHA": "8f2c1e4", "CI_COMMIT_REF_NAME": "v1.4.0", "CI_COMMIT_TAG": "v1.4.0"},
        BuildFacts(version="8f2c1e4"),
    ),
    "azure pipelines": (
        {
            "BUILD_SOURCEVERSION": "8f2c1e4",
            "BUILD_SOURCEBRANCH": "refs/heads/feature/x",
            "BUILD_BUILDID": "7",
            "SYSTEM_COLLECTIONURI": "https://azure.example/shop/",
            "SYSTEM_TEAMPROJECT": "web",
        },
        BuildFacts(
            version="8f2c1e4", branch="feature/x", url="https://azure.example/shop/web/_build/results?buildId=7"
        ),
    ),
    "bitbucket": (
        {
            "BITBUCKET_COMMIT": "8f2c1e4",
            "BITBUCKET_BRANCH": "main",
            "BITBUCKET_GIT_HTTP_ORIGIN": "https://bitbucket.example/shop/web",
            "BITBUCKET_BUILD_NUMBER": "7",
        },
        BuildFacts(version="8f2c1e4", branch="main", url="https://bitbucket.example/shop/web/pipelines/results/7"),
    ),
    "jenkins": (
        {"GIT_COMMIT": "8f2c1e4", "GIT_BRANCH": "origin/main", "BUILD_URL": "https://jenkins.example/7"},
        BuildFacts(version="8f2c1e4", branch="main", url="https://jenkins.example/7"),
    ),
    "github, a pull request whose branch is not said": (
        {"GITHUB_SHA": "8f2c1e4", "GITHUB_REF_NAME": "12/merge", "GITHUB_REF_TYPE": "branch"},
        BuildFacts(version="8f2c1e4"),
    ),
    "github, a pull request that its target's workflow looks at": (
        {
            "GITHUB_EVENT_NAME": "pull_request_target",
            "GITHUB_SHA": "8f2c1e4",
            "GITHUB_HEAD_REF": "feature/x",
            "GITHUB_REF_NAME": "main",
            "GITHUB_REF_TYPE": "branch",
        },
        BuildFacts(version="8f2c1e4", branch="main"),
    ),
    "gitlab, a merge request": (
        {
            "CI_COMMIT_SHA": "8f2c1e4",
            "CI_COMMIT_REF_NAME": "refs/merge-requests/12/merge",
            "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "feature/x",
            "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": "9c3e77a",
            "CI_JOB_URL": "https://gitlab.example/jobs/7",
            "CI_PIPELINE_URL": "https://gitlab.example/pipelines/7",
        },
        BuildFacts(version="9c3e77a", branch="feature/x", url="https://gitlab.example/jobs/7", is_merge=True),
    ),
    "gitlab, a merge request that is built as it is": (
        {
            "CI_COMMIT_SHA": "9c3e77a",
            "CI_COMMIT_REF_NAME": "feature/x",
            "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "feature/x",
            "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": "",
        },
        BuildFacts(version="9c3e77a", branch="feature/x"),
    ),
    "azure pipelines, a pull request": (
        {
            "BUILD_SOURCEVERSION": "8f2c1e4",
            "BUILD_SOURCEBRANCH": "refs/pull/12/merge",
            "SYSTEM_PULLREQUEST_SOURCEBRANCH": "refs/heads/feature/x",
            "SYSTEM_PULLREQUEST_SOURCECOMMITID": "9c3e77a",
            "BUILD_BUILDID": "7",
            "SYSTEM_COLLECTIONURI": "https://azure.example/shop/",
            "SYSTEM_TEAMPROJECT": "Web Shop",
        },
        BuildFacts(
            version="9c3e77a",
            branch="feature/x",
            url="https://azure.example/shop/Web%20Shop/_build/results?buildId=7",
            is_merge=True,
        ),
    ),
    "azure pipelines, a tag": (
        {"BUILD_SOURCEVERSION": "8f2c1e4", "BUILD_SOURCEBRANCH": "refs/tags/v1.4.0"},
        BuildFacts(version="8f2c1e4"),
    ),
    "jenkins, a change request": (
        {"GIT_COMMIT": "8f2c1e4", "BRANCH_NAME": "PR-12", "CHANGE_BRANCH": "feature/x", "GIT_BRANCH": "PR-12"},
        BuildFacts(version="8f2c1e4", branch="feature/x"),
    ),
    "jenkins, a tag": (
        {"GIT_COMMIT": "8f2c1e4", "BRANCH_NAME": "v1.4.0", "TAG_NAME": "v1.4.0"},
        BuildFacts(version="8f2c1e4"),
    ),
    "circleci": (
        {"CIRCLE_SHA1": "8f2c1e4", "CIRCLE_BRANCH": "main", "CIRCLE_BUILD_URL": "https://circle.example/7"},
        BuildFacts(version="8f2c1e4", branch="main", url="https://circle.example/7"),
    ),
    "travis, a pull request": (
        {
            "TRAVIS_COMMIT": "8f2c1e4",
            "TRAVIS_PULL_REQUEST_SHA": "9c3e77a",
            "TRAVIS_BRANCH": "main",
            "TRAVIS_PULL_REQUEST_BRANCH": "feature/x",
            "TRAVIS_BUILD_WEB_URL": "https://travis.example/7",
        },
        BuildFacts(version="9c3e77a", branch="feature/x", url="https://travis.example/7", is_merge=True),
    ),
    "travis, a tag": (
        {"TRAVIS_COMMIT": "8f2c1e4", "TRAVIS_BRANCH": "v1.4.0", "TRAVIS_TAG": "v1.4.0"},
        BuildFacts(version="8f2c1e4"),
    ),
    "buildkite, by hand": (
        {"BUILDKITE_COMMIT": "HEAD", "BUILDKITE_BRANCH": "main", "BUILDKITE_TAG": ""},
        BuildFacts(branch="main"),
    ),
    "buildkite, a tag": (
        {"BUILDKITE_COMMIT": "8f2c1e4", "BUILDKITE_BRANCH": "v1.4.0", "BUILDKITE_TAG": "v1.4.0"},
        BuildFacts(version="8f2c1e4"),
    ),
    "drone, a pull request": (
        {
            "DRONE_COMMIT_SHA": "8f2c1e4",
            "DRONE_BRANCH": "main",
            "DRONE_SOURCE_BRANCH": "feature/x",
            "DRONE_BUILD_LINK": "https://drone.example/7",
        },
        BuildFacts(version="8f2c1e4", branch="feature/x", url="https://drone.example/7"),
    ),
    "woodpecker, a pull request": (
        {
            "CI_COMMIT_SHA": "8f2c1e4",
            "CI_COMMIT_BRANCH": "main",
            "CI_COMMIT_SOURCE_BRANCH": "feature/x",
            "CI_PIPELINE_URL": "https://woodpecker.example/7",
        },
        BuildFacts(version="8f2c1e4", branch="feature/x", url="https://woodpecker.example/7"),
    ),
    "semaphore, a pull request": (
        {
            "SEMAPHORE_GIT_SHA": "8f2c1e4",
            "SEMAPHORE_GIT_PR_SHA": "9c3e77a",
            "SEMAPHORE_GIT_BRANCH": "main",
            "SEMAPHORE_GIT_PR_BRANCH": "feature/x",
            "SEMAPHORE_ORGANIZATION_URL": "https://shop.semaphore.example",
            "SEMAPHORE_WORKFLOW_ID": "7",
        },
        BuildFacts(
            version="9c3e77a", branch="feature/x", url="https://shop.semaphore.example/workflows/7", is_merge=True
        ),
    ),
    "appveyor": (
        {
            "APPVEYOR_REPO_COMMIT": "8f2c1e4",
            "APPVEYOR_REPO_BRANCH": "main",
            "APPVEYOR_REPO_TAG": "false",
            "APPVEYOR_URL": "https://appveyor.example",
            "APPVEYOR_ACCOUNT_NAME": "shop",
            "APPVEYOR_PROJECT_SLUG": "web",
            "APPVEYOR_BUILD_ID": "7",
        },
        BuildFacts(version="8f2c1e4", branch="main", url="https://appveyor.example/project/shop/web/builds/7"),
    ),
    "appveyor, a tag": (
        {"APPVEYOR_REPO_COMMIT": "8f2c1e4", "APPVEYOR_REPO_BRANCH": "v1.4.0", "APPVEYOR_REPO_TAG": "true"},
        BuildFacts(version="8f2c1e4"),
    ),
    "codebuild": (
        {
            "CODEBUILD_RESOLVED_SOURCE_VERSION": "8f2c1e4",
            "CODEBUILD_WEBHOOK_HEAD_REF": "refs/heads/main",
            "CODEBUILD_BUILD_URL": "https://codebuild.example/7",
        },
        BuildFacts(version="8f2c1e4", branch="main", url="https://codebuild.example/7"),
    ),
    "teamcity": (
        {"BUILD_VCS_NUMBER": "8f2c1e4", "BUILD_URL": "https://teamcity.example/7"},
        BuildFacts(version="8f2c1e4", url="https://teamcity.example/7"),
    ),
    "bamboo": (
        {
            "bamboo_planRepository_revision": "8f2c1e4",
            "bamboo_planRepository_branchName": "main",
            "bamboo_buildResultsUrl": "https://bamboo.example/7",
        },
        BuildFacts(version="8f2c1e4", branch="main", url="https://bamboo.example/7"),
    ),
    "bitrise": (
        {
            "BITRISE_GIT_COMMIT": "8f2c1e4",
            "BITRISE_GIT_BRANCH": "main",
            "BITRISE_BUILD_URL": "https://bitrise.example/7",
        },
        BuildFacts(version="8f2c1e4", branch="main", url="https://bitrise.example/7"),
    ),
    "codefresh": (
        {"CF_REVISION": "8f2c1e4", "CF_BRANCH": "main", "CF_BUILD_URL": "https://codefresh.example/7"},
        BuildFacts(version="8f2c1e4", branch="main", url="https://codefresh.example/7"),
    ),
    "none": ({"GITHUB_SHA": "", "BRANCH_NAME": ""}, BuildFacts()),
}


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_build_is_known_by_its_system_s_variables(tmp_path: Path, system: str) -> None:
    variables, facts = SYSTEMS[system]
    assert detect_build(tmp_path, variables) == facts


@pytest.fixture
def proposal(tmp_path: Path) -> tuple[Path, dict[str, str], str]:
    """Give a repository in which the merge of a pull request is checked out, GitHub's variables, and the head."""
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "a base")
    git(tmp_path, "switch", "-q", "-c", "feature/x")
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "a head")
    head = git(tmp_path, "rev-parse", "HEAD")
    git(tmp_path, "switch", "-q", "--detach", "main")
    git(tmp_path, "merge", "-q", "--no-ff", "-m", "a merge", "feature/x")
    event = tmp_path / ".git" / "event.json"
    event.write_text(json.dumps({"pull_request": {"head": {"sha": head, "ref": "feature/x"}}}))
    variables = {
        "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_EVENT_PATH": str(event),
        "GITHUB_SHA": git(tmp_path, "rev-parse", "HEAD"),
        "GITHUB_HEAD_REF": "feature/x",
        "GITHUB_REF_NAME": "12/merge",
        "GITHUB_REF_TYPE": "branch",
    }
    return tmp_path, variables, head


def git(root: Path, *arguments: str) -> str:
    who = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    done = subprocess.run(["git", *who, *arguments], cwd=root, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_the_version_of_a_pull_request_is_its_head_and_not_the_merge_that_github_builds(
    proposal: tuple[Path, dict[str, str], str],
) -> None:
    root, variables, head = proposal
    assert detect_build(root, variables) == BuildFacts(version=head, branch="feature/x", is_merge=True)


def test_a_head_that_the_workflow_has_checked_out_is_the_version(proposal: tuple[Path, dict[str, str], str]) -> None:
    root, variables, head = proposal
    git(root, "switch", "-q", "--detach", "feature/x")
    assert detect_build(root, variables) == BuildFacts(version=head, branch="feature/x")


@pytest.mark.parametrize("event", ["", "{", "[]", '{"pull_request": {"head": {"sha": 7}}}', '{"pull_request": null}'])
def test_an_event_that_does_not_say_the_head_leaves_the_merge(
    proposal: tuple[Path, dict[str, str], str], event: str
) -> None:
    root, variables, _ = proposal
    Path(variables["GITHUB_EVENT_PATH"]).write_text(event)
    assert detect_build(root, variables) == BuildFacts(version=variables["GITHUB_SHA"], branch="feature/x")
    absent = {**variables, "GITHUB_EVENT_PATH": str(root / "nowhere")}
    assert detect_build(root, absent) == BuildFacts(version=variables["GITHUB_SHA"], branch="feature/x")


def test_that_a_merge_was_built_is_said(
    proposal: tuple[Path, dict[str, str], str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root, variables, head = proposal
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    build = this_build(Settings(root=root), "web-shop", version=None, branch=None, url=None)
    assert (build.version, build.branch) == (head, "feature/x")
    assert capsys.readouterr().err == (
        f"Version detected: {head}, whose merge into the target was built.\nBranch detected: feature/x.\n"
    )
