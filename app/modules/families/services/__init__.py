"""What may be done with families: founded and kept, followed, and plans agreed under them."""
