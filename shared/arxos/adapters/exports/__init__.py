"""Exports of buildings as files: what stands in them, and how each format is written."""
