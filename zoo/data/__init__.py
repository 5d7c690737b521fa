"""Images: opening and listing files, recognising layouts, choosing model shots, feeding training."""
