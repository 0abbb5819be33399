"""Signing in, and my account."""
