"""Deployments, instances, tasks, forms, decisions and timers."""
