"""The subjects of the bus, and which pattern takes which subject. Knows no bus."""


def takes(pattern: str, subject: str) -> bool:
    """Tell whether a pattern takes a subject: `*` stands for one word, a last `>` for one or more."""
    words = subject.split(".")
    wanted = pattern.split(".")
    if wanted[-1] == ">":
        wanted.pop()
        if len(words) <= len(wanted):
            return False
        words = words[: len(wanted)]
    return len(words) == len(wanted) and all(want in ("*", word) for want, word in zip(wanted, words, strict=True))
