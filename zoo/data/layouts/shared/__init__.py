"""What several layouts read alike: lists, trees of folders, splits."""
