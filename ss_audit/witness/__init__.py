"""Observers that don't take SS's word: the LLM relay, the Stata shim, the process table."""
