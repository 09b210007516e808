"""The registry's repositories on DynamoDB; the ids in the docstrings are rows of
docs/access-patterns.md.
"""
