"""What was stored before there were migrations."""

from arxos.migrations.revisions import Values

KINDS: tuple[str, ...] = ()
READS: tuple[str, ...] = ()


def up(values: Values) -> Values:  # noqa: ARG001
    return {}


def down(values: Values) -> Values:  # noqa: ARG001
    return {}
