"""Everything that is true of English or Chinese, each table once.

Nothing here knows of articles, passages or answers. The list of stop words and the porter stemming of lexical search
are the index's (`index.terms`), which may not import from here; the stop words are read from there.
"""
