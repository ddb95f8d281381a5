"""Verbs: what all commands of the command line share."""

from typing import Any

import click


class Verb(click.Command):
    """A command that refuses values given as an empty text: a shell's unset variable is nobody's wish."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse, and refuse what was given and is empty where empty is not the default.

        An empty path is refused before it is converted: `Path("")` is the directory that one stands in.
        """
        if not ctx.resilient_parsing:
            given, _, _ = self.make_parser(ctx).parse_args(list(args))
            for parameter in self.params:
                if parameter.default != "" and _holds_empty(given.get(parameter.name)):
                    raise click.BadParameter("it is empty; is a variable not set?", ctx=ctx, param=parameter)
        return super().parse_args(ctx, args)


class VerbFamily(click.Group):
    """A verb with actions, such as `environment list`; an unknown action is told with all that there are."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **{"subcommand_metavar": "ACTION [ARGS]...", **options})
        self.command_class = Verb

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the action; none is suggested, for the nearest of `create` would be `delete`."""
        name = args[0]
        if not name.startswith("-") and self.get_command(ctx, name) is None:
            ctx.fail(f"No such action: {name or '(empty)'}. There are {', '.join(self.list_commands(ctx))}.")
        return super().resolve_command(ctx, args)


def _holds_empty(given: Any) -> bool:
    """Say whether a value as it was given, or one of several, is empty."""
    return "" in given if isinstance(given, list | tuple) else isinstance(given, str) and not given
