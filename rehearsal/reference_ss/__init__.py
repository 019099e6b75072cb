"""Reference SS: a small SS that keeps the whole production audit spec.

An API process and a worker process share a durable store and a queue on disk. It is a stand-in for SS in rehearsals:
same routes, same SS_* variables, same event names, same shapes of payloads and artifacts, code of its own.
"""
