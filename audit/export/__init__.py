"""What leaves the house: runs in forms that others read."""
