"""Escalation: adopting a policy, telling people, taking note."""
