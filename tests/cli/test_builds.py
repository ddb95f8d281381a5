"""What is detected of a build: from each usual CI system's own variables."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from contractkit.cli.builds import BuildFacts, detect_build

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
    "none": ({"GITHUB_SHA": "", "BRANCH_NAME": ""}, BuildFacts()),
}


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_build_is_known_by_its_system_s_variables(tmp_path: Path, system: str) -> None:
    variables, facts = SYSTEMS[system]
    assert detect_build(tmp_path, variables) == facts
