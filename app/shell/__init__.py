"""Page frame, navigation, start page, help and static files."""
