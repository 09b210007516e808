"""What a handover must hold: rules as data, how each is tested, and the score."""
