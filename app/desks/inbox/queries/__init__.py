"""What the pages of this desk show."""
