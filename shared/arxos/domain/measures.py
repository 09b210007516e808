"""Numbers that measure a building: lengths, areas, places."""

# DynamoDB holds nothing between 0 and 1e-130; nothing of a building is measured below an atom.
SMALLEST = 1e-12


def measured(number: float) -> float:
    """The number as it is kept: 0 where it is nearer to 0 than anything that can be measured."""
    return number if abs(number) >= SMALLEST else 0.0
