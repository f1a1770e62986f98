"""Digests: the weekly one of an account in its channel."""
