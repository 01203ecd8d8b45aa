"""The vocabulary that all versions share: ids, domain facts and orders. Standard library only."""
