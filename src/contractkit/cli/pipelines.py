"""Pipelines: the steps that a project's build takes with contracts, and how each build system writes them down."""

import json
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from textwrap import indent

_INSTALLED = "contractkit-cdct"
_DEPLOY = "echo 'deploy here, as this project does'"
_PYTHON = "3.12"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a project's build is to do.

    Attributes:
        calls: Whether it calls anybody, so that its tests record contracts.
        services: The services that it is, whose consumers' contracts are verified.
        applications: Everything that is deployed together: the consumer, and those services.
        environment: Where it is deployed to.
        broker: The broker's URL; None where the build's variables say it.
        branch: The branch that is deployed.
        extras: Extras of the distribution that it needs.
    """

    calls: bool
    services: tuple[str, ...]
    applications: tuple[str, ...]
    environment: str
    broker: str | None
    branch: str
    extras: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """A build system: where its file is, how a commit is called there, and what writes the file."""

    file: str
    commit: str
    write: Callable[[Plan, str], str]


def check_commands(plan: Plan) -> tuple[str, ...]:
    """Give the commands of a build that tests: record, publish and verify."""
    extras = f"[{','.join(plan.extras)}]" if plan.extras else ""
    install = f"pip install . {shlex.quote(_INSTALLED + extras)}"
    own = ("pytest", "contractkit publish") if plan.calls else ()
    return (install, "contractkit doctor --offline", *own, *(_verify(name) for name in plan.services))


def deploy_commands(plan: Plan, commit: str) -> tuple[str, ...]:
    """Give the commands of a build that deploys: ask, deploy, record."""
    names = [shlex.quote(name) for name in plan.applications]
    where = shlex.quote(plan.environment)
    ask = f'contractkit can-i-deploy {" ".join(names)} --version "{commit}" --to-environment {where}'
    record = [f'contractkit record-deployment {name} --version "{commit}" --environment {where}' for name in names]
    return (f"pip install {_INSTALLED}", ask, _DEPLOY, *record)


def _verify(service: str) -> str:
    return f"contractkit verify {shlex.quote(service)} --publish"


def _as_github(plan: Plan, commit: str) -> str:
    broker = plan.broker or "${{ vars.CONTRACTKIT_BROKER }}"
    return f"""\
name: contracts
on:
  push:
    branches: [{_quoted(plan.branch)}]
  pull_request:
env:
  CONTRACTKIT_BROKER: {_quoted(broker)}
  CONTRACTKIT_BROKER_TOKEN: ${{{{ secrets.CONTRACTKIT_BROKER_TOKEN }}}}
jobs:
  contracts:
    # builds of forks are given no secrets, so they cannot publish
    if: github.event_name == 'push' || github.event.pull_request.head.repo.full_name == github.repository
    runs-on: ubuntu-latest
    steps:
{_GITHUB_START}
{_github_steps(check_commands(plan))}
  deploy:
    needs: contracts
    if: github.event_name == 'push'
    runs-on: ubuntu-latest
    environment: {_quoted(plan.environment)}
    concurrency: {_quoted(f"deploy-{plan.environment}")}
    steps:
{_GITHUB_START}
{_github_steps(deploy_commands(plan, commit))}
"""


_GITHUB_START = f"""\
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "{_PYTHON}\""""


def _github_steps(commands: Sequence[str]) -> str:
    return "\n".join(f"      - run: |\n          {command}" for command in commands)


def _as_gitlab(plan: Plan, commit: str) -> str:
    broker = f"\nvariables:\n  CONTRACTKIT_BROKER: {_quoted(plan.broker)}\n" if plan.broker else ""
    variables = "CONTRACTKIT_BROKER_TOKEN" if plan.broker else "CONTRACTKIT_BROKER and CONTRACTKIT_BROKER_TOKEN"
    return f"""\
# {variables}: to be set as variables of the project, the token masked.
stages: [test, deploy]
{broker}
contracts:
  stage: test
  image: python:{_PYTHON}
  script:
{_gitlab_lines(check_commands(plan))}
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
    - if: $CI_COMMIT_BRANCH == {_quoted(plan.branch)}

deploy:
  stage: deploy
  image: python:{_PYTHON}
  environment: {_quoted(plan.environment)}
  resource_group: {_quoted(plan.environment)}
  script:
{_gitlab_lines(deploy_commands(plan, commit))}
  rules:
    - if: $CI_COMMIT_BRANCH == {_quoted(plan.branch)}
"""


def _gitlab_lines(commands: Sequence[str]) -> str:
    return "\n".join(f"    - |\n{indent(command, '      ')}" for command in commands)


def _as_shell(plan: Plan, commit: str) -> str:
    broker = f"export CONTRACTKIT_BROKER={shlex.quote(plan.broker)}" if plan.broker else ': "${CONTRACTKIT_BROKER:?}"'
    commands = "\n".join(check_commands(plan))
    deployed = "\n".join(f"  {command}" for command in deploy_commands(plan, commit)[1:])
    return f"""\
#!/bin/sh
# For any build system. CONTRACTKIT_BROKER_TOKEN comes from its secrets; `deploy` as first argument deploys, too.
set -eu
{broker}
{commands}
if [ "${{1:-}}" = deploy ]; then
{deployed}
fi
"""


def _quoted(text: str) -> str:
    """Give a text as YAML reads it back, whatever is in it: JSON's strings are YAML's."""
    return json.dumps(text)


SYSTEMS: Mapping[str, System] = {
    "github": System(file=".github/workflows/contracts.yml", commit="$GITHUB_SHA", write=_as_github),
    "gitlab": System(file="contracts.gitlab-ci.yml", commit="$CI_COMMIT_SHA", write=_as_gitlab),
    "shell": System(file="contracts.sh", commit="$(git rev-parse HEAD)", write=_as_shell),
}
"""Each build system by its name on the command line."""


def write_pipeline(plan: Plan, system: System) -> str:
    """Give the text of a build system's file."""
    return system.write(plan, system.commit)
