"""`arxos`: what an operator does with a deployment, and not over its API."""

import argparse
import sys

from botocore.exceptions import BotoCoreError, ClientError

from arxos.domain.errors import ArxosError
from arxos.migrations.revisions import BrokenMigration
from cli import migrate, organization, restore_drill
from cli.deployment import CannotDo

DONE, FAILED, WRONG_ARGUMENTS, INTERRUPTED = 0, 1, 2, 130


def main(arguments: list[str]) -> int:
    """The command; its exit code (argparse leaves by itself with 2 for wrong arguments)."""
    given = _parser().parse_args(arguments)
    try:
        code: int = given.does(given)
    except (CannotDo, BrokenMigration) as reason:
        print(f"arxos: {reason}", file=sys.stderr)
        return FAILED
    except ArxosError as refused:
        print(f"arxos: {refused.message}", file=sys.stderr)
        return FAILED
    except ClientError as error:
        said = error.response["Error"]
        print(
            f"arxos: {error.operation_name}: {said.get('Message') or said['Code']}", file=sys.stderr
        )
        return FAILED
    except BotoCoreError as error:
        print(f"arxos: the cloud does not answer: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("\narxos: interrupted; the same command goes on.", file=sys.stderr)
        return INTERRUPTED
    return code


def run() -> None:
    """The console script."""
    sys.exit(main(sys.argv[1:]))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="arxos", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    migrate.add_commands(
        commands.add_parser("migrate", help="bring stored items to another revision")
    )
    organization.add_commands(
        commands.add_parser("organization", help="export, delete or look for an organisation")
    )
    restore_drill.add_command(
        commands.add_parser("restore-drill", help="prove that the backup can be restored")
    )
    return parser


if __name__ == "__main__":
    run()
