"""The harness of the SS production audit."""
