"""Customers 客户, their accounts 账户 and holdings 持有: each holding is pinned to the version it was sold under."""
