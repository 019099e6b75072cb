"""The HTTP face of the journey."""
