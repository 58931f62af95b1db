"""The simulation: NumPy, no Qt."""
