"""Verbs: what all commands of the command line share."""

from typing import Any

import click
from click.core import ParameterSource


class Verb(click.Command):
    """A command that refuses values given as an empty text: a shell's unset variable is nobody's wish."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse, and refuse what was given and is empty where empty is not the default."""
        rest = super().parse_args(ctx, args)
        if not ctx.resilient_parsing:
            for parameter in self.params:
                if _is_given_empty(ctx, parameter):
                    raise click.BadParameter("it is empty; is a variable not set?", ctx=ctx, param=parameter)
        return rest


def _is_given_empty(ctx: click.Context, parameter: click.Parameter) -> bool:
    name = parameter.name or ""
    if ctx.get_parameter_source(name) is not ParameterSource.COMMANDLINE or parameter.default == "":
        return False
    given: Any = ctx.params.get(name)
    return "" in given if isinstance(given, tuple) else given == ""
