"""What a charging session costs: pure rules over tariffs and usage, in exact decimal arithmetic."""
