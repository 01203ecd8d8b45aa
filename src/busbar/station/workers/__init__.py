"""Who does the work that takes the outside: downloads, uploads, keys. They know no block."""
