"""Where certificates meet the outside: the built-in authority's files, other authorities, responders, providers."""
