"""How well and how fast search answers, beside other ways to search, in one run."""
