"""Questions that the articles can answer: to begin with, to ask next, and instead of one that they do not answer.

Those about facts are made of the articles' sentences (`candidates.py`), and none is shown before the program itself
would answer it with certainty from there (`proof.py`). Others ask for a form that is made of the articles without
reading: what they say about a name, or a summary. The same index gives the same questions.
"""

from rag.suggest.candidates import candidates
from rag.suggest.choose import follow_ups, near_questions, starters
from rag.suggest.proof import Proof, Verdicts

__all__ = ["Proof", "Verdicts", "candidates", "follow_ups", "near_questions", "starters"]
