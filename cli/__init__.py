"""The `arxos` command, for who runs a deployment (docs/command-line.md)."""
