"""The page that runs a bundle's model in a browser, and the server that gives it to this machine alone."""
