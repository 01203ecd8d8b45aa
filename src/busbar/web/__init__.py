"""The browser's applications as they were built from `web/`, and how they are read."""
