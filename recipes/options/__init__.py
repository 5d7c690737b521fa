"""What only the command line knows: options and their values, presets, printing, exit statuses."""
