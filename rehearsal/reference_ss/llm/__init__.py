"""Talking to the LLM provider, and what is kept of it."""
