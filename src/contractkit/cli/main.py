"""The group of all verbs. A verb's module is imported when it is called, so nobody pays for the others."""

import importlib
import os
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from contractkit.cli.collecting import leave_garbage, uncollected
from contractkit.cli.output import end_output, is_of_output, is_read_no_further, unwritable
from contractkit.errors import ContractkitError, UsageError, suggestion
from contractkit.explain.terminal import unsteered

VERBS = {
    "application": "contractkit.cli.applications:application",
    "branch": "contractkit.cli.branches:branch",
    "can-i-deploy": "contractkit.cli.decisions:can_i_deploy",
    "changes": "contractkit.cli.changes:changes",
    "check": "contractkit.cli.check:check",
    "ci": "contractkit.cli.ci:ci",
    "definitions": "contractkit.cli.definitions:definitions",
    "diff": "contractkit.cli.diff:diff",
    "doctor": "contractkit.cli.doctor:doctor",
    "environment": "contractkit.cli.environments:environment",
    "explain": "contractkit.cli.explain:explain",
    "impact": "contractkit.cli.impact:impact",
    "import-broker": "contractkit.cli.import_broker:import_broker",
    "init": "contractkit.cli.init:init",
    "lint": "contractkit.cli.lint:lint",
    "merge": "contractkit.cli.merge:merge",
    "publish": "contractkit.cli.publish:publish",
    "publish-results": "contractkit.cli.publish_results:publish_results",
    "record-deployment": "contractkit.cli.deployments:record_deployment",
    "record-release": "contractkit.cli.deployments:record_release",
    "record-support-ended": "contractkit.cli.deployments:record_support_ended",
    "record-undeployment": "contractkit.cli.deployments:record_undeployment",
    "show": "contractkit.cli.show:show",
    "stub": "contractkit.cli.stub:stub",
    "up": "contractkit.cli.up:up",
    "usage": "contractkit.cli.usage:usage",
    "verify": "contractkit.cli.verify:verify",
}
"""Verb to the module and attribute of its click command."""

EXTRAS = {"broker": "broker"}
"""Verbs that come with an extra of the distribution, by the extra's name."""

SENTENCES = {
    "application": "List, describe, change, label and delete the applications that the broker knows.",
    "branch": "List, describe and delete the branches of an application.",
    "broker": "Run the broker: contracts, results, deployments, and pages that show them.",
    "can-i-deploy": "Say whether a version fits everything that runs in an environment.",
    "changes": "Say what changed between two definitions, breaking or not.",
    "check": "Say whether a definition bears out what contracts hold.",
    "ci": "Print the build of this project with contracts, for the system that builds it.",
    "definitions": "Say how the definitions of the services it calls stand to what is locked, and refresh them.",
    "diff": "Say what changed between two contracts, and what that asks of the provider.",
    "doctor": "Look this project over, and say what to do about what is found.",
    "environment": "List, describe, create, change and delete the places that applications are deployed to.",
    "explain": "Say which rule decided at each place of an answer, and why.",
    "impact": "Say which consumers break if a definition changes.",
    "import-broker": "Bring what a Pact Broker knows into contractkit's broker.",
    "init": "Set this project up to test against the definition of a service it calls.",
    "lint": "Look for mistakes in contract files, and for what they ask of nobody's need.",
    "merge": "Join what the shards of one test run recorded into the contracts of the whole run.",
    "publish": "Send the contracts that this project's tests recorded to the broker.",
    "publish-results": "Send the results of verifications that were kept here because the broker was lost.",
    "record-deployment": "Record that a version now runs in an environment.",
    "record-release": "Record that a version is released and supported, beside others.",
    "record-support-ended": "Record that a released version is no longer supported.",
    "record-undeployment": "Record that an application no longer runs in an environment.",
    "show": "Show contract files as a person reads them.",
    "stub": "Serve definitions: every request checked, every answer made from them.",
    "up": "Stub every service that this project calls, from its definition as it is now.",
    "usage": "Say who uses what of a service, and what of its definition nobody needs.",
    "verify": "Replay the consumers' contracts against a provider.",
}
"""Verb to what the list of verbs says of it, so that the list imports none of them."""

_OWN_FAULT = 5

_OTHER_PROJECT = ("contractkit-", "contractkit.")  # ours is contractkit_cdct-…
_METADATA = (".dist-info", ".egg-info", ".egg")


class VerbGroup(click.Group):
    """A group whose commands are imported on first use, those of other distributions found by entry point."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Give the names of all verbs, installed extras included."""
        return sorted({*VERBS, *EXTRAS, *(point.name for point in _added_verbs())})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Give the command of a verb, or None where there is none."""
        if cmd_name not in VERBS:
            return next((_load_added(point) for point in _added_verbs() if point.name == cmd_name), None)
        module, attribute = VERBS[cmd_name].split(":")
        with uncollected():
            command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of verbs; only those of other distributions are imported for it."""
        rows = [(verb, SENTENCES.get(verb) or self._short_help(ctx, verb)) for verb in self.list_commands(ctx)]
        with formatter.section("Verbs"):
            formatter.write_dl(rows)

    def _short_help(self, ctx: click.Context, verb: str) -> str:
        command = self.get_command(ctx, verb)
        return command.get_short_help_str(limit=80) if command else "Not usable here: it cannot be imported."

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the verb, suggesting the nearest name where there is none."""
        name = args[0]
        if not name.startswith("-") and self.get_command(ctx, name) is None:
            if name in EXTRAS:
                ctx.fail(f"`{name}` is not installed. pip install 'contractkit-cdct[{EXTRAS[name]}]'")
            ctx.fail(f"No such verb: {name}. {suggestion(name, self.list_commands(ctx))}")
        return super().resolve_command(ctx, args)


def _show_version(ctx: click.Context, option: click.Parameter, is_asked: bool) -> None:
    if is_asked and not ctx.resilient_parsing:
        from importlib.metadata import version  # slow to import, and needed nowhere else here

        click.echo(f"contractkit {version('contractkit-cdct')}")
        ctx.exit()


@click.group(
    cls=VerbGroup,
    subcommand_metavar="VERB [ARGS]...",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help="Show the version and exit.",
)
@click.option(
    "-C",
    "--directory",
    type=click.Path(exists=True, file_okay=False, readable=False, path_type=Path),
    help="Run as if started in this directory.",
)
def contractkit(directory: Path | None) -> None:
    """Stubs from your dependencies' definitions, contracts from your tests, and who breaks on a change.

    Exit codes: 0 fine, 1 broken or not deployable, 2 wrong use or settings, 3 nothing to check, 4 broker or
    network, 5 our own fault.
    """
    if directory is not None:
        try:
            os.chdir(directory)
        except OSError as error:
            raise UsageError(
                f"{directory} cannot be entered.",
                details=[("reason", error.strerror or str(error))],
                next_step="Name a directory that you may enter.",
            ) from None


def main() -> NoReturn:
    """Run the command line and end the process with the documented exit code."""
    code = run(sys.argv[1:])
    error = end_output()  # what was told already, and what is noticed only now
    if error is not None and code in (0, 1) and not isinstance(error, BrokenPipeError):
        code = _unwritable(error)
    leave_garbage()
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run the command line with these arguments and give its exit code; messages go to standard error."""
    try:
        _check_installation()
        result: Any = contractkit.main(arguments, prog_name="contractkit", standalone_mode=False)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.ClickException as error:
        error.show()
        return 2
    except click.Abort:
        click.echo("Stopped.", err=True)
        return 130
    except ContractkitError as error:
        click.echo(unsteered(str(error)), err=True)  # it quotes what brokers, providers and files say
        return error.exit_code
    except SystemExit:
        if is_read_no_further():
            return 0
        click.echo(
            "Code of the project that was run here ended the process (SystemExit); nothing was decided.", err=True
        )
        return 2
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except OSError as error:
        return _unwritable(error) if is_of_output(error) else _own_fault()
    except Exception:
        return _own_fault()
    return result if isinstance(result, int) else 0


def _unwritable(error: OSError) -> int:
    explained = unwritable(error)
    click.echo(str(explained), err=True)
    return explained.exit_code


def _own_fault() -> int:
    click.echo("This is a fault of contractkit, not yours; nothing was changed on its account.", err=True)
    if os.environ.get("CONTRACTKIT_DEBUG"):
        import traceback

        traceback.print_exc()
    else:
        error = sys.exc_info()[1]
        click.echo(f"  {type(error).__name__}: {error}", err=True)
        click.echo("Set CONTRACTKIT_DEBUG=1 for the traceback, and report it with the command you ran.", err=True)
    return _OWN_FAULT


def _check_installation() -> None:
    """Explain a clash with the unrelated project; a look at the names of what is installed mostly rules one out."""
    if any(_may_hold_another(directory) for directory in sys.path):
        from contractkit.installation import check_installation

        check_installation()


def _may_hold_another(directory: str) -> bool:
    try:
        names = [path.name for path in Path(directory or ".").iterdir()]
    except OSError:  # an archive, whose names are not worth reading here, or nothing at all
        return Path(directory).is_file()
    return any(name.startswith(_OTHER_PROJECT) and name.endswith(_METADATA) for name in names)


def _added_verbs() -> tuple[Any, ...]:
    from importlib.metadata import entry_points  # slow to import, and the verbs above do without

    return tuple(entry_points(group="contractkit.commands"))


def _load_added(point: Any) -> click.Command | None:
    try:
        command = point.load()
    except ImportError:
        return None
    assert isinstance(command, click.Command)
    return command
