"""BM25 over a pool of texts, as one sparse matrix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from training.text import STOPWORDS, words

K1 = 1.2
B = 0.75


class Bm25:
    """Okapi BM25 (Robertson and Zaragoza 2009, equation 3.15) with k1 1.2 and b 0.75."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Index the texts; a document's weights are computed once, queries are sums of columns."""
        counts = [Counter(terms(text)) for text in texts]
        self.vocabulary: dict[str, int] = {}
        for count in counts:
            for term in count:
                self.vocabulary.setdefault(term, len(self.vocabulary))
        lengths = np.array([sum(c.values()) for c in counts], dtype=np.float32)
        norm = K1 * (1 - B + B * lengths / max(float(lengths.mean()), 1.0))
        rows = np.repeat(np.arange(len(counts)), [len(c) for c in counts])
        columns = np.array([self.vocabulary[t] for c in counts for t in c], dtype=np.int64)
        tf = np.array([n for c in counts for n in c.values()], dtype=np.float32)
        frequency = np.bincount(columns, minlength=len(self.vocabulary))
        idf = np.log(1 + (len(counts) - frequency + 0.5) / (frequency + 0.5)).astype(np.float32)
        weights = idf[columns] * tf * (K1 + 1) / (tf + norm[rows])
        shape = (len(self.vocabulary), len(counts))
        self.matrix = csr_matrix((weights, (columns, rows)), shape=shape)

    def scores(self, query: str) -> npt.NDArray[np.float32]:
        """Return float32 [texts], one score for each text."""
        known = [self.vocabulary[t] for t in set(terms(query)) if t in self.vocabulary]
        scores: npt.NDArray[np.float32] = np.asarray(self.matrix[known].sum(axis=0)).ravel()
        return scores

    def top(self, query: str, limit: int) -> list[int]:
        """Return the indices of the best texts, best first; ties go to the earlier text."""
        scores = self.scores(query)
        best = np.argsort(-scores, kind="stable")[:limit]
        return [int(i) for i in best if scores[i] > 0]


def terms(text: str) -> list[str]:
    """Return index terms: lower-case words without stop words, a plural s cut."""
    kept = [w for w in words(text) if w not in STOPWORDS]
    return [w[:-1] if len(w) > 3 and w.endswith("s") and not w.endswith("ss") else w for w in kept]
