"""`contractkit ci`: builds that the systems can read, of commands that this command line has."""

import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from contractkit.cli.main import contractkit, run

SETTINGS = """\
[tool.contractkit]
consumer = "web shop"
broker = "https://broker.example"

[tool.contractkit.providers.orders]
definition = "orders.yaml"

[tool.contractkit.provides.stock]
app = "stock:app"
grpc = "127.0.0.1:1"
"""

CHECKS = [
    "pip install . 'contractkit-cdct[grpc]'",
    "contractkit doctor --offline",
    "pytest",
    "contractkit publish",
    "contractkit verify stock --publish",
]


def deployed(commit: str, where: str = "production") -> list[str]:
    return [
        f"contractkit can-i-deploy 'web shop' stock --version \"{commit}\" --to-environment {where}",
        "echo 'deploy here, as this project does'",
        f"contractkit record-deployment 'web shop' --version \"{commit}\" --environment {where}",
        f'contractkit record-deployment stock --version "{commit}" --environment {where}',
    ]


@pytest.fixture
def project(consumer: Path) -> Path:
    (consumer / "pyproject.toml").write_text(SETTINGS)
    return consumer


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    assert run(["ci", *arguments]) == 0
    return capsys.readouterr().out


def test_a_workflow_of_github(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    workflow = yaml.load(printed(capsys, "github"), Loader=yaml.BaseLoader)

    assert workflow["on"] == {"push": {"branches": ["main"]}, "pull_request": ""}
    assert workflow["env"] == {
        "CONTRACTKIT_BROKER": "https://broker.example",
        "CONTRACTKIT_BROKER_TOKEN": "${{ secrets.CONTRACTKIT_BROKER_TOKEN }}",
    }
    assert commands_of(workflow["jobs"]["contracts"]["steps"]) == CHECKS
    assert commands_of(workflow["jobs"]["deploy"]["steps"])[1:] == deployed("$GITHUB_SHA")
    assert workflow["jobs"]["deploy"]["needs"] == "contracts"


def commands_of(steps: list[dict[str, Any]]) -> list[str]:
    return [step["run"].strip() for step in steps if "run" in step]


def test_a_file_of_gitlab(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    jobs = yaml.safe_load(printed(capsys, "gitlab", "--environment", "live: eu", "--branch", "trunk"))

    assert jobs["variables"] == {"CONTRACTKIT_BROKER": "https://broker.example"}
    assert [line.strip() for line in jobs["contracts"]["script"]] == CHECKS
    assert [line.strip() for line in jobs["deploy"]["script"]][1:] == deployed("$CI_COMMIT_SHA", "'live: eu'")
    assert jobs["deploy"]["environment"] == "live: eu"
    assert jobs["deploy"]["rules"] == [{"if": '$CI_COMMIT_BRANCH == "trunk"'}]


def test_a_script_for_any_other_system(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = printed(capsys, "shell")

    subprocess.run(["sh", "-n"], input=script, text=True, check=True)
    assert [line.strip() for line in script.splitlines()[3:]] == [
        "export CONTRACTKIT_BROKER=https://broker.example",
        *CHECKS,
        'if [ "${1:-}" = deploy ]; then',
        *deployed("$(git rev-parse HEAD)"),
        "fi",
    ]


@pytest.mark.parametrize("system", ["github", "gitlab", "shell"])
def test_every_command_is_one_of_ours_with_options_that_it_has(
    project: Path, capsys: pytest.CaptureFixture[str], system: str
) -> None:
    lines = re.findall(r"^\s*contractkit (.+)$", printed(capsys, system), flags=re.MULTILINE)
    assert len(lines) == 6
    for line in lines:
        verb, *arguments = shlex.split(line)
        command = contractkit.get_command(click.Context(contractkit), verb)
        assert command is not None
        command.make_context(verb, arguments)


def test_a_script_does_what_it_says(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its commands are called in their order, and one that fails ends the build before anything is deployed."""
    script = printed(capsys, "shell")
    tools = project / "tools"
    tools.mkdir()
    for name in ("pip", "pytest", "contractkit"):
        (tools / name).write_text(f'#!/bin/sh\necho {name} "$1"\n[ "$1" != can-i-deploy ]\n')
        (tools / name).chmod(0o755)
    path = {"PATH": f"{tools}:/usr/bin:/bin"}

    done = subprocess.run(["sh", "-s", "deploy"], input=script, text=True, env=path, capture_output=True, check=False)

    assert (done.returncode, done.stdout.splitlines()) == (
        1,
        [
            "pip install",
            "contractkit doctor",
            "pytest ",
            "contractkit publish",
            "contractkit verify",
            "contractkit can-i-deploy",
        ],
    )


def test_only_what_a_project_does_is_in_its_build(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "pyproject.toml").write_text('[tool.contractkit.provides.stock]\nurl = "http://127.0.0.1:1"\n')

    workflow = yaml.load(printed(capsys, "github"), Loader=yaml.BaseLoader)

    assert workflow["env"]["CONTRACTKIT_BROKER"] == "${{ vars.CONTRACTKIT_BROKER }}"
    assert commands_of(workflow["jobs"]["contracts"]["steps"]) == [
        "pip install . contractkit-cdct",
        "contractkit doctor --offline",
        "contractkit verify stock --publish",
    ]


def test_a_file_is_written_once(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, "github")
    file = project / ".github/workflows/contracts.yml"

    assert run(["ci", "github", "--write"]) == 0
    assert capsys.readouterr() == (
        f"{file}\n",
        "\nNext: Set the secret CONTRACTKIT_BROKER_TOKEN, then commit the file.\n",
    )
    assert file.read_text() == text

    assert run(["ci", "github", "--write"]) == 2
    assert capsys.readouterr().err == (
        f"{file} is there already and was left alone.\n\n"
        "Print it without --write and take over what you want, or move the file away.\n"
    )


@pytest.mark.parametrize(
    ("settings", "code", "said"),
    [
        ("", 3, "Nothing is set up here, so there is nothing for a build to do.\n"),
        (
            '[tool.contractkit.providers.orders]\ndefinition = "orders.yaml"\n',
            2,
            "The consumer has no name, so its contracts cannot be published.\n",
        ),
    ],
)
def test_projects_that_no_build_can_be_made_for(
    consumer: Path, capsys: pytest.CaptureFixture[str], settings: str, code: int, said: str
) -> None:
    (consumer / "pyproject.toml").write_text(settings)
    assert run(["ci", "github"]) == code
    assert capsys.readouterr().err.startswith(said)
