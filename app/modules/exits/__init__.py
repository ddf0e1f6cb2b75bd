"""Exits 退出: a product is evaluated, decided on, taken off sale, its holdings worked to zero, and retired (rule 9)."""
