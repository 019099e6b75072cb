"""Verification: whether a bundle is what the audit left, and whether its evidence leads to the same judgement again.

Offline, without SS, and without trust in the bundle: everything in it may have been written by somebody else.
"""
