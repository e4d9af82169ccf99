"""``python -m ringtrace`` and the command ``ringtrace``: the command line with the workbench's command beside it.

The two are siblings that know nothing of each other; here, above both, they are put together.
"""

from __future__ import annotations

from ringtrace.cli import add_command
from ringtrace.cli import main as run
from ringtrace.web.command import invite, serve


def main() -> None:
    """Run the command line with every command."""
    add_command(serve)
    add_command(invite)
    run()


if __name__ == "__main__":
    main()
