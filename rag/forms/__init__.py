"""Forms of answers by what is asked for: each a function that returns an AnswerBody."""
