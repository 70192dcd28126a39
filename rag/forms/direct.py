"""Answers that need no reading: to small talk, and to a question in a language that the articles are not in."""

from __future__ import annotations

import re

from index.terms import STOP_WORDS, query_terms
from rag.corpus import Corpus
from rag.generate import AnswerBody
from rag.intents import Intent
from rag.language.detect import language_of

SMALL_TALK = "Ask me something that the articles may answer: each answer comes with its exact quotes."
NAMES = {"en": "English", "zh": "Chinese", "es": "Spanish", "fr": "French", "de": "German", "it": "Italian"} | {
    "pt": "Portuguese", "nl": "Dutch", "ru": "Russian", "ar": "Arabic", "ja": "Japanese", "ko": "Korean"
}  # fmt: skip
_NOT_COVERED = {
    "zh": "文章所用的语言是：{languages}。请用该语言提问。",
    "ja": "記事の言語は {languages} です。その言語で質問してください。",
    "ko": "기사는 {languages}로 되어 있습니다. 그 언어로 질문해 주세요.",
    "es": "Los artículos están en otro idioma ({languages}). Haga la pregunta en ese idioma.",
    "fr": "Les articles sont dans une autre langue ({languages}). Posez la question dans cette langue.",
    "de": "Die Artikel sind in einer anderen Sprache ({languages}). Stellen Sie die Frage in dieser Sprache.",
    "it": "Gli articoli sono in un'altra lingua ({languages}). Fai la domanda in quella lingua.",
    "pt": "Os artigos estão em outra língua ({languages}). Faça a pergunta nessa língua.",
    "nl": "De artikelen zijn in een andere taal ({languages}). Stel de vraag in die taal.",
    "ru": "Статьи написаны на другом языке ({languages}). Задайте вопрос на этом языке.",
    "ar": "المقالات مكتوبة بلغة أخرى ({languages}). يرجى طرح السؤال بتلك اللغة.",
    "hi": "लेख दूसरी भाषा में हैं ({languages})। कृपया उसी भाषा में प्रश्न पूछें।",
}
_CAPITALS = re.compile(r"\b[A-Z]{2,}\b")
_NOT_COVERED_DEFAULT = "The articles are in another language ({languages}). Ask in that language."


def small_talk() -> AnswerBody:
    """Return a line that helps, without a citation."""
    return AnswerBody((), (), text=SMALL_TALK, reason="This is not a question about the articles.", intent="small_talk")


def language_not_covered(question: str, corpus: Corpus) -> AnswerBody | None:
    """Return an abstention in the question's language; None where the articles are in it, or none is known."""
    asked, covered = language_of(question), corpus.languages
    if asked is None or not covered or asked in covered:
        return None
    names = ", ".join(NAMES.get(code, code) for code in sorted(covered))
    text = _NOT_COVERED.get(asked, _NOT_COVERED_DEFAULT).format(languages=names)
    reason = f"The question is in {NAMES.get(asked, asked)}, the articles are in {names}."
    return AnswerBody((), (), text=text, reason=reason, intent="language")


def _names_nothing(question: str) -> bool:
    """Return whether there is no word to look for: "why?", "a", "what did he do?"; "WHO" and "US" are names."""
    return STOP_WORDS.issuperset(query_terms(question)) and not _CAPITALS.search(question)


def direct(question: str, standalone: str, intent: Intent, corpus: Corpus, *, any_language: bool) -> AnswerBody | None:
    """Return the answer where nothing has to be read for it. A language model reads `any_language`."""
    if intent == "small_talk" or (intent not in ("summary", "collection") and _names_nothing(standalone)):
        return small_talk()
    return None if any_language else language_not_covered(question, corpus)
