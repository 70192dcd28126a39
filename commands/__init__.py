"""The command line: one file a command group, each with its options (`add`) and what it does (`run`).

Nothing heavy is imported before a command runs, so that `--help` and a misspelt option answer at once.
"""
