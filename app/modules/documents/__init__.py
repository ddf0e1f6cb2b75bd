"""Texts of the bank 文本模板: templates in both languages, approved by a second person, filled from real products."""
