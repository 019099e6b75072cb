"""The workplace of the probes: stacks with our witnesses on them, and what they need to walk jobs on them."""
