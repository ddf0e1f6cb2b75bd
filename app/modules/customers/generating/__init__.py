"""Customers, accounts and holdings that nobody has: realistic, of any number, the same for the same seed.

Nothing here belongs to anybody. Identity numbers carry the order codes 996 to 999, which are kept for people over
a hundred, with births after 1940; social credit codes carry an organisation code whose own check character
(GB 11714) is wrong; card numbers begin with 9990, which no card scheme issues; telephone numbers begin with 12,
which no operator has; mail goes to example.com (RFC 2606). The check digits of the whole numbers are right.
"""
