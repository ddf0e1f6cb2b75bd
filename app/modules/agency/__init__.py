"""Partners whose products the bank sells 代销合作机构, and their admission 代销准入 (domain rule 11)."""
