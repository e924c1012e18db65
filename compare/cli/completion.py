"""`compare completion`: what a shell needs to complete commands and options."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    """Print a completion script for SHELL.

    \b
      eval "$(compare completion bash)"       in ~/.bashrc
      eval "$(compare completion zsh)"        in ~/.zshrc
      compare completion fish | source        in ~/.config/fish/config.fish
    """
    root = context.find_root()
    name = root.info_name or "compare"
    variable = f"_{name}_COMPLETE".replace("-", "_").upper()
    kind = get_completion_class(shell)
    assert kind is not None  # the three are click's own
    click.echo(kind(root.command, {}, name, variable).source())
