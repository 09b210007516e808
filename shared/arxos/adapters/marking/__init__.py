"""A workbook given back with its bad cells marked, and nothing else in it changed.

openpyxl would lose pictures, charts and what it does not know when it saves; so the parts that have
to change are edited as text, and all others are copied as they are.
"""
