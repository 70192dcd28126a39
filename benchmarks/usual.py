"""What Quoth is measured against: the chain that tutorials build, with its parts' defaults.

RecursiveCharacterTextSplitter (1,000 characters, 200 of overlap), all-MiniLM-L6-v2 on torch, Chroma, the top four
passages. There is no language model here: its answer is the passages, joined. So it does less than it would in use.

    python -m benchmarks.usual ask STORE QUESTION
    python -m benchmarks.usual serve STORE PORT
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import cast

from langchain_chroma import Chroma
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.runnables import Runnable, RunnableLambda
from langchain_text_splitters import RecursiveCharacterTextSplitter

from index.onnx_export import package_folder

TOP = 4


class HuggingFaceEmbeddings(Embeddings):
    """LangChain Embeddings by sentence-transformers, in place of langchain-huggingface's class of this name.

    That package does not install beside Quoth's pins.
    """

    def __init__(self) -> None:
        from sentence_transformers import SentenceTransformer

        self.model = SentenceTransformer(str(package_folder()), device="cpu")

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return vectors of passages."""
        found = self.model.encode([text.replace("\n", " ") for text in texts], show_progress_bar=False)
        return cast("list[list[float]]", found.tolist())

    def embed_query(self, text: str) -> list[float]:
        """Return the vector of a question."""
        return self.embed_documents([text])[0]


def build(articles: Iterable[tuple[str, str]], store: Path, embeddings: Embeddings) -> int:
    """Index (source, text) pairs; returns the number of passages."""
    documents = [Document(text, metadata={"source": source}) for source, text in articles]
    passages = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200).split_documents(documents)
    Chroma.from_documents(passages, embeddings, persist_directory=str(store))
    return len(passages)


def open_store(store: Path, embeddings: Embeddings) -> Chroma:
    """Open the index that `build` has made."""
    return Chroma(persist_directory=str(store), embedding_function=embeddings)


def open_chain(store: Path, embeddings: Embeddings) -> Runnable[str, str]:
    """Open a chain from a question to the best passages, joined."""
    return open_store(store, embeddings).as_retriever(search_kwargs={"k": TOP}) | RunnableLambda(_joined)


def _joined(passages: Sequence[Document]) -> str:
    return "\n\n".join(passage.page_content for passage in passages)


def main(what: str, store: Path, argument: str) -> None:
    """Answer one question, or serve a chat."""
    chain = open_chain(store, HuggingFaceEmbeddings())
    if what == "ask":
        sys.stdout.write(chain.invoke(argument) + "\n")
        return
    import gradio

    chat = gradio.ChatInterface(lambda message, _history: chain.invoke(message), api_name="chat")
    chat.launch(server_port=int(argument), quiet=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
