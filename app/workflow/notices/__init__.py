"""Notices 通知: what people are told inside the platform, each person once."""
