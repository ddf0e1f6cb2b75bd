"""Ceilings of the rate self-discipline mechanism 利率自律上限, and how rates stand to them."""
