"""The experiments on a stack, one module each."""
