"""The page frame, navigation, start page and help."""
