"""Files, folders and archives from outside: bounded, checked, and written whole."""
