"""Numbered changes of stored items, each with its way back (docs/command-line.md, ADR 0012).

`0001_….py`, `0002_….py`: one module each, which says KINDS and READS and has `up` and `down`, two
pure functions. `arxos.migrations.revisions` finds them.
"""
