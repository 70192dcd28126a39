"""Our embedding models as LangChain Embeddings, for whoever builds on LangChain; nothing of ours imports this."""

from __future__ import annotations

from typing import cast

from langchain_core.embeddings import Embeddings

from index.embed import EmbeddingModel


class LangChainEmbeddings(Embeddings):
    """LangChain Embeddings by one of our embedding models."""

    def __init__(self, model: EmbeddingModel) -> None:
        self._model = model

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return vectors of passages."""
        return cast("list[list[float]]", self._model.encode(texts).tolist())

    def embed_query(self, text: str) -> list[float]:
        """Return the vector of a question."""
        return cast("list[float]", self._model.encode([text], query=True)[0].tolist())
