"""What the pages say, in English and Chinese. A key is the same in both; values are filled in by name."""

from __future__ import annotations

from typing import Literal

Language = Literal["en", "zh"]

# Each line: the key, then the words in English and in Chinese.
STRINGS: dict[str, tuple[str, str]] = {
    # articles: the list and the page of one article
    "articles.list": ("Articles", "文章"),
    "articles.ask": ("Ask about this article", "就此文提问"),
    "articles.back": ("Back to the questions", "返回提问"),
    "articles.minutes_1": ("1 minute", "1 分钟"),
    "articles.minutes_n": ("{count:,} minutes", "{count:,} 分钟"),
    "articles.moved": (
        "The article has changed since this link was made; the quote now stands here.",
        "此链接生成后文章有改动，引文现位于此处。",
    ),
    "articles.gone": (
        "The quote is no longer at this place: the article has changed.",
        "文章已改动，引文已不在此处。",
    ),
    "articles.excerpt": (
        "Of this article only the words around the quote are open to everyone.",
        "此文仅公开引文前后的文字。",
    ),
    "articles.search": ("Title, author, source or tag", "标题、作者、来源或标签"),
    "articles.find": ("Search", "搜索"),
    "articles.sort": ("Sort by", "排序"),
    "articles.by_date": ("Newest", "日期"),
    "articles.by_title": ("Title", "标题"),
    "articles.by_length": ("Longest", "长度"),
    "articles.all_1": ("1 article", "1 篇文章"),
    "articles.all_n": ("{count:,} articles", "{count:,} 篇文章"),
    "articles.some_1": ("1 article found", "找到 1 篇文章"),
    "articles.some_n": ("{count:,} articles found", "找到 {count:,} 篇文章"),
    "articles.none": ("No article has these words in its title, author, source or tags.", "没有符合的文章。"),
    "articles.missing": (
        "There is no such article; it may have been removed. These are there:",
        "没有此文章，可能已被移除。现有文章如下：",
    ),
    "articles.pages": ("Pages", "页码"),
    "articles.page": ("Page {page:,} of {pages:,}", "第 {page:,} 页，共 {pages:,} 页"),
    "articles.earlier": ("Previous", "上一页"),
    "articles.later": ("Next", "下一页"),
    "articles.lost": ("The server cannot be reached right now.", "目前无法连接服务器。"),
    # chat: the conversation
    "chat.talk": ("Questions and answers", "问答"),
    "chat.question": ("Your question", "你的问题"),
    "chat.placeholder": ("Ask the articles…", "向文章提问…"),
    "chat.ask": ("Ask", "提问"),
    "chat.stop": ("Stop", "停止"),
    "chat.again": ("Start over", "重新开始"),
    "chat.retry": ("Try again", "再试一次"),
    "chat.edit": ("Edit the question", "修改问题"),
    "chat.keep": ("Leave the question as it was", "不修改问题"),
    "chat.sources": ("Sources", "来源"),
    "chat.sources_count": ("Sources ({count})", "来源（{count}）"),
    "chat.no_sources": ("The quotes that an answer leans on appear here.", "答案所依据的引文会显示在这里。"),
    "chat.welcome": (
        "Ask the articles. Each answer rests on quotes, and each number opens the article at its quote.",
        "向文章提问。答案以引文为据，点击编号即可打开文章中的引文。",
    ),
    "chat.next": ("Ask next:", "接着问："),
    "chat.try": ("For example:", "例如："),
    "chat.articles": ("Articles", "文章"),
    "chat.articles_1": ("1 article", "1 篇文章"),
    "chat.articles_n": ("{count:,} articles", "{count:,} 篇文章"),
    "chat.updated": ("updated {day}", "更新于{day}"),
    "chat.comma": (", ", "，"),
    "chat.since": ("{year} or later", "{year} 年及以后"),
    "chat.until": ("{year} or earlier", "{year} 年及以前"),
    "chat.day_of_year": ("{day} {name}", "{month}月{day}日"),
    "chat.day": ("{day} {name} {year}", "{year}年{month}月{day}日"),
    "chat.warming": (
        "Warming up the models (the first answer takes a few seconds)",
        "正在加载模型（第一个答案需要几秒钟）",
    ),
    "chat.searching": ("Searching", "正在搜索"),
    "chat.stage.wait_1": ("1 question before yours", "前面还有 1 个问题"),
    "chat.stage.wait_n": ("{count} questions before yours", "前面还有 {count} 个问题"),
    "chat.stage.warm": ("Warming up the models...", "正在加载模型…"),
    "chat.stage.condense": ("Reading the conversation...", "正在理解上文…"),
    "chat.stage.retrieve_1": ("Searching 1 article...", "正在搜索 1 篇文章…"),
    "chat.stage.retrieve_n": ("Searching {count} articles...", "正在搜索 {count} 篇文章…"),
    "chat.stage.read_1": ("Reading 1 passage...", "正在阅读 1 个段落…"),
    "chat.stage.read_n": ("Reading {count} passages...", "正在阅读 {count} 个段落…"),
    "chat.stage.write": ("{model} is writing...", "{model} 正在撰写…"),
    "chat.stage.verify": ("Checking sentence {number}...", "正在核对第 {number} 句…"),
    "chat.stopped": ("Stopped before the end.", "已中途停止。"),
    "chat.gone": (
        "The earlier conversation is gone: the server has been restarted since, or it was long ago.",
        "之前的对话已不存在：服务器已重新启动，或对话时间已久。",
    ),
    "chat.written": ("Written", "撰写"),
    "chat.quotes": ("Quotes", "引文"),
    "chat.understood": ("Understood as: {question}", "理解为：{question}"),
    "chat.abstained": ("The articles do not say.", "文章中没有提到。"),
    "chat.nearest": ("Nearest passages", "最接近的段落"),
    "chat.supported_1": ("Supported by 1 quote", "有 1 条引文支持"),
    "chat.supported_n": ("Supported by {count} quotes", "有 {count} 条引文支持"),
    "chat.withheld_1": ("1 sentence withheld: no quote supports it", "略去 1 句：没有引文支持"),
    "chat.withheld_n": ("{count} sentences withheld: no quote supports them", "略去 {count} 句：没有引文支持"),
    "chat.seconds": ("{seconds} s", "{seconds} 秒"),
    "chat.page": ("page {page}", "第 {page} 页"),
    "chat.read": ("Read in the article", "在文章中阅读"),
    "chat.also": ("The same words also stand in", "相同的文字也见于"),
    "chat.other": ("another article ({n})", "另一篇文章（{n}）"),
    "chat.filter": ("Only from an author, a year, a source…", "仅限于作者、年份、来源…"),
    "chat.error.empty_question": ("The question is empty: ask something.", "问题是空的：请输入问题。"),
    "chat.error.question_too_long": ("The question is too long: ask a shorter one.", "问题太长：请缩短后再问。"),
    "chat.error.busy": ("The store is busy: ask again in a moment.", "文章库正忙：请稍后再问。"),
    "chat.error.full": ("Many questions are being answered: ask again in a minute.", "提问的人很多：请一分钟后再问。"),
    "chat.error.too_many": ("You have asked a lot: ask again in a minute.", "您提问过于频繁：请一分钟后再问。"),
    "chat.error.not_available": ("The articles cannot be read right now.", "暂时无法读取文章。"),
    "chat.error.deadline": ("This took too long: ask again later, or ask about less.", "用时过长：请稍后再问。"),
    "chat.error.bad_request": ("This cannot be asked.", "无法这样提问。"),
    "chat.error.internal": ("This question could not be answered.", "无法回答这个问题。"),
    # chat, said by its script
    "script.article": ("Article", "文章"),
    "script.quote": ("The article, with the quote marked", "标出引文的文章"),
    "script.back": ("Back to the answer", "返回答案"),
    "script.tab": ("New tab", "新标签页"),
    "script.sources": ("Sources", "来源"),
    "script.how": ("How answers are given", "答案形式"),
    "script.filter": ("Only from an author, a year, a source…", "仅限于作者、年份、来源…"),
    "script.close": ("Close", "关闭"),
    "script.lost": (
        "The connection was lost. The page comes back by itself when the server does; then ask again.",
        "连接已中断。服务器恢复后页面会自动恢复，届时请重新提问。",
    ),
    # keep: copy, export, thumbs; said by its script
    "script.keep.copy": ("Copy", "复制"),
    "script.keep.text": ("Plain text", "纯文本"),
    "script.keep.markdown": ("Markdown", "Markdown"),
    "script.keep.html": ("HTML", "HTML"),
    "script.keep.json": ("JSON", "JSON"),
    "script.keep.copied": ("Copied", "已复制"),
    "script.keep.up": ("Good answer", "答案很好"),
    "script.keep.down": ("Bad answer", "答案不好"),
    "script.keep.noted": ("Noted", "已记录"),
    "script.keep.comment": ("What is wrong? (optional)", "哪里不对？（可不填）"),
    "script.keep.send": ("Send", "发送"),
    "script.keep.export": ("Export", "导出"),
    "script.keep.exported": ("Exported", "已导出"),
    "script.keep.partly": ("Exported, without the answers that are forgotten", "已导出，不含已遗忘的答案"),
    "script.keep.forgotten": ("This answer is forgotten: ask again", "此答案已被遗忘：请重新提问"),
    "script.keep.failed": ("This did not work: try again", "未成功：请再试一次"),
    # widget: said by the button in the host page
    "loader.title": ("Ask our articles", "向文章提问"),
    "loader.close": ("Close", "关闭"),
    "loader.refused": ("The answers cannot be shown on this page.", "无法在此页面显示答案。"),
    "loader.elsewhere": ("Open them in a new tab", "在新标签页中打开"),
    # widget: the frame, which says some of the chat's words too
    "widget.changed": (
        "The article has changed since this answer. This is how it read then.",
        "此答案给出后文章有改动，以下为当时的文字。",
    ),
    "widget.noted": ("Thank you, noted", "已记录，谢谢"),
    "widget.lost": ("The connection was lost.", "连接已中断。"),
    # owner: the page for running question sets
    "owner.title": ("Evaluation", "评测"),
    "owner.back": ("Back to the questions", "返回提问"),
    "owner.lead": (
        "Asks every question of a set and shows where the answers go wrong. The chat goes on meanwhile, slower.",
        "逐一提出题集中的问题，指出答案错在哪里。期间仍可提问，只是稍慢。",
    ),
    "owner.script": ("This page needs JavaScript.", "此页面需要 JavaScript。"),
    "owner.run_a_set": ("Run a question set", "运行题集"),
    "owner.own": ("A question set of your own", "你自己的题集"),
    "owner.run_own": ("Run this set", "运行此题集"),
    "owner.run_starter": ("Run the starter set", "运行入门题集"),
    "owner.format": (
        "JSON lines: one question a line, with accepted answers and evidence where you know them.",
        "JSON Lines 格式：每行一个问题，可附参考答案与证据。",
    ),
    "owner.starter": ("The starter set asks about the starter articles.", "入门题集针对入门文章。"),
    "owner.choose": ("Choose a file first.", "请先选择文件。"),
    "owner.too_large": (
        "The file is larger than 64 MB. Score it with `python app.py eval`.",
        "文件超过 64 MB，请改用 `python app.py eval` 评测。",
    ),
    "owner.stop": ("Stop", "停止"),
    "owner.checking": ("Checking the questions", "正在检查问题"),
    "owner.warming": ("Warming up the models", "正在加载模型"),
    "owner.running": ("{done} of {total} questions", "已完成 {done}/{total} 题"),
    "owner.scoring": ("Working out the figures", "正在计算指标"),
    "owner.stopping": ("Stopping after the question at hand", "答完当前问题后停止"),
    "owner.stopped": (
        "Stopped after {done} of {total} questions; no report was made.",
        "已停止：完成 {done}/{total} 题，未生成报告。",
    ),
    "owner.done": ("Done: {total} questions.", "完成：共 {total} 个问题。"),
    "owner.idle": ("", ""),
    "owner.report": ("Open the report", "打开报告"),
    "owner.lost": ("The server cannot be reached right now.", "目前无法连接服务器。"),
    "owner.runs": ("Earlier runs", "历次评测"),
    "owner.no_runs": ("There are none yet.", "尚无评测。"),
    "owner.date": ("Report", "报告"),
    "owner.set": ("Question set", "题集"),
    "owner.questions": ("Questions", "问题数"),
    "owner.right": ("Right", "答对"),
    "owner.refusal_recall": ("Refused", "拒答"),
    "owner.auroc": ("AUROC", "AUROC"),
    "owner.right_is": (
        "share of the answerable questions that were answered from the evidence, with an accepted answer",
        "有答案的问题中，依据证据并给出参考答案的比例",
    ),
    "owner.refusal_recall_is": (
        "share of the unanswerable questions that were refused",
        "无答案的问题中被拒答的比例",
    ),
    "owner.auroc_is": (
        "how well the confidence tells the two kinds apart: 0.5 is chance, 1 is always",
        "置信度区分两类问题的能力：0.5 为随机，1 为完全区分",
    ),
    "owner.unreadable": ("cannot be read: another version wrote it", "无法读取：由其他版本写入"),
    "owner.pick": ("Compare the run of {name}, {when}", "比较 {name}，{when}"),
    "owner.delete": ("Delete", "删除"),
    "owner.delete_this": ("Delete the run of {name}, {when}", "删除 {name}，{when}"),
    "owner.sure": ("Delete this run and its report?", "删除此次评测及其报告？"),
    "owner.compare": ("Compare two runs", "比较两次评测"),
    "owner.compare_hint": (
        "Choose two: the report of the newer one says what rose and what fell since the older.",
        "请选择两次：较新一次的报告会说明相对较旧一次的升降。",
    ),
    "owner.two": ("Choose two runs to compare.", "请选择两次评测进行比较。"),
}


def preferred(accept_language: str | None) -> Language:
    """The first of a browser's languages that there is here; browsers send them best first (RFC 9110, 12.5.4)."""
    for choice in (accept_language or "").lower().split(","):
        match choice.split(";")[0].strip().split("-")[0]:
            case "en":
                return "en"
            case "zh":
                return "zh"
    return "en"


def say(language: Language, key: str, **values: object) -> str:
    """The words of `key`; plain text, to be escaped by whoever sets it as HTML."""
    return STRINGS[key][0 if language == "en" else 1].format(**values)


def count(language: Language, key: str, number: int) -> str:
    """The words of `key` for a number of things: English says one of them differently."""
    return say(language, f"{key}_1" if number == 1 else f"{key}_n", count=number)
