"""The closed world of the demo models: Mandarin and English sentences of meetings and interviews.

A sentence is produced from patterns with slots ("{subject}{action}"). Two kinds of text come out:

* grammar sentences, with punctuation that follows fixed rules, so that a punctuation model can learn them;
* word salad, random slot words without punctuation, so that the recogniser learns sounds and not the grammar.

The vocabulary of the recogniser and of the punctuation model is whatever the patterns can produce.
"""

import functools
import random
import re

CHINESE = {
    "sentence": [
        "{subject}{time}{action}", "{time}{subject}{action}", "{subject}觉得{topic}{quality}", "{question}", "{question}",
        "{subject}{opinion}{clause}", "{connective}{subject}{action}", "{reply}，{subject}{action}", "{reply}，{clause}",
        "{topic}{state}", "{subject}{action}，{connective}{clause}", "{number}{measure}{thing}{quality}",
        "{subject}{modal}{action}，{connective}{topic}{quality}", "{greeting}，{introduction}", "{time}{action}",
        "{topic}{quality}，{connective}{clause}", "{subject}{time}{place}{action}", "{month}月{day}号{subject}{action}",
        "{subject}有{number}{measure}{thing}", "{thanks}", "{introduction}",
    ],
    "clause": ["{subject}{action}", "{topic}{quality}", "{topic}{state}", "{subject}{modal}{action}", "{time}{topic}{state}"],
    "subject": [
        "我", "我们", "你", "你们", "他", "他们", "大家", "这个团队", "客户", "老板", "公司", "产品经理", "工程师", "用户", "老师",
        "学生", "朋友", "主持人", "嘉宾", "记者", "研究员", "设计师", "同事", "专家", "医生", "市场部", "我的同事", "我们公司",
        "这位专家", "那个客户",
    ],
    "time": [
        "今天", "明天", "昨天", "上午", "下午", "晚上", "上个月", "下个月", "今年", "去年", "明年", "这周", "下周", "周末", "最近",
        "现在", "刚才", "以前", "以后", "每天", "下周一", "周三下午", "周五上午", "今天晚上", "早上",
    ],
    "place": ["在办公室", "在会议室", "在北京", "在上海", "在学校", "在家里", "在线上", "在医院", "在公司", "在广州", "在深圳"],
    "topic": [
        "这个项目", "这个问题", "这个方案", "会议", "预算", "成本", "价格", "数据", "模型", "语音识别", "人工智能", "机器学习", "技术",
        "市场", "产品", "服务", "系统", "平台", "测试结果", "报告", "计划", "时间", "效率", "质量", "经验", "工作", "生活", "教育",
        "健康", "天气", "电影", "新闻", "节目", "速度", "安全", "网络", "软件", "硬件", "程序", "文件", "录音", "视频", "字幕", "采访",
        "算法", "合同", "流程", "需求", "设计", "代码", "接口", "声音", "文字", "环境", "能源", "经济", "文化", "历史",
    ],
    "quality": [
        "很好", "非常重要", "比较复杂", "太高了", "很简单", "不错", "有点慢", "很有意思", "更快了", "越来越好", "很清楚", "不太稳定",
        "很困难", "特别好", "还可以", "很准确", "有问题", "很有价值", "太贵了", "很方便", "不够", "非常快", "很大", "很小", "很新",
    ],
    "state": [
        "已经完成了", "还没有开始", "需要讨论", "正在进行", "可以改进", "出现了一些问题", "比去年提高了百分之{number}",
        "下降了百分之{number}", "增加了{number}倍", "没有变化", "需要更多时间", "会影响结果", "让大家满意", "开始测试了", "结束了",
        "发展得很快", "已经上线了", "值得关注",
    ],
    "action": [
        "开会讨论{topic}", "完成{topic}", "检查{topic}", "介绍一下{topic}", "准备{topic}", "修改{topic}", "负责{topic}", "学习{topic}",
        "解决{topic}", "研究{topic}", "支持{topic}", "参加会议", "写报告", "打电话", "发邮件", "做测试", "看电影", "去{city}出差",
        "回家吃饭", "喝咖啡", "分析{topic}", "更新{topic}", "确认{topic}", "整理{topic}", "使用{topic}", "买了{number}{measure}{thing}",
        "介绍自己", "回答问题", "提出建议", "安排时间", "记录{topic}", "分享{topic}", "改变{topic}", "提高{topic}", "开发{topic}",
        "部署{topic}",
    ],
    "city": ["北京", "上海", "广州", "深圳", "杭州", "成都"],
    "opinion": ["认为", "觉得", "希望", "知道", "相信", "发现", "建议", "听说", "同意", "担心"],
    "modal": ["可以", "应该", "需要", "想", "要", "必须", "可能", "会", "不会", "打算", "能"],
    "connective": ["但是", "所以", "因为", "如果", "然后", "而且", "不过", "其实", "另外", "首先", "最后", "同时", "虽然"],
    "reply": ["好的", "对", "是的", "没错", "明白了", "没问题", "当然", "谢谢", "不是", "可以", "原来如此", "太好了"],
    "question": [
        "{subject}为什么{action}", "什么时候{action}", "{topic}怎么样", "{subject}怎么看{topic}", "谁负责{topic}", "{topic}在哪里",
        "还有什么问题吗", "{subject}{modal}{action}吗", "{topic}{quality}吗", "有没有{topic}", "你好吗", "{subject}叫什么名字",
        "需要多少时间", "你觉得呢", "能不能{action}",
    ],
    "greeting": ["大家好", "你好", "欢迎来到我们的节目", "早上好", "下午好", "各位好", "晚上好", "欢迎大家"],
    "introduction": [
        "我是{role}", "今天我们讨论{topic}", "今天我们请到了{role}", "很高兴见到你", "我们开始吧", "今天的主题是{topic}",
        "我们来聊聊{topic}",
    ],
    "role": ["主持人", "产品经理", "工程师", "一位专家", "记者", "研究员", "设计师", "一位老师", "医生"],
    "thanks": [
        "谢谢大家", "今天就到这里", "谢谢你的时间", "我们下次再见", "再见", "非常感谢", "感谢收听", "我们下周再讨论", "辛苦了", "休息一下",
    ],
    "number": [
        "一", "两", "三", "四", "五", "六", "七", "八", "九", "十", "十二", "二十", "三十五", "一百", "两百", "三千", "五万", "十八",
        "六十", "九十九",
    ],
    "measure": ["个", "台", "份", "次", "位", "本", "种"],
    "thing": ["文件", "电脑", "手机", "报告", "方案", "模型", "人", "问题", "例子", "方法", "设备", "用户", "部门", "书", "机会"],
    "month": ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"],
    "day": ["一", "二", "三", "五", "八", "十", "十五", "十九", "二十", "二十六", "三十"],
}

ENGLISH = {
    "sentence": [
        "{subject} {predicate}", "{greeting}, {introduction}", "{reply}, {subject} {predicate}", "{question}", "{question}",
        "{time} {subject} {predicate}", "{subject} {opinion} {clause}", "the {topic} is {quality}",
        "the {topic} is {quality}, {connective} {clause}", "{subject} {predicate} {time}", "{clause}, {connective} {clause}",
        "there are {number} {things} in the {topic}", "{thanks}", "{subject} {modal} {verb} the {topic}", "{introduction}",
    ],
    "clause": ["the {topic} is {quality}", "{subject} {predicate}", "{subject} {modal} {verb} the {topic}"],
    "subject": ["i", "we", "you", "they", "our team", "the customer", "the manager", "the engineer", "people", "my friend"],
    "predicate": [
        "{modal} {verb} the {topic}", "need more time", "want to {verb} the {topic}", "have {number} {things}", "agree with that",
        "work on the {topic}", "have questions about the {topic}", "like the {topic}", "know the {topic}", "talk about the {topic}",
        "do not {verb} the {topic}",
    ],
    "verb": ["discuss", "finish", "check", "test", "change", "improve", "support", "use"],
    "topic": [
        "project", "problem", "plan", "meeting", "budget", "price", "data", "model", "market", "product", "system", "news",
        "interview", "speech recognition", "machine learning", "report",
    ],
    "quality": [
        "very good", "important", "too high", "simple", "ready", "very clear", "difficult", "almost done", "better", "fast",
        "really interesting", "new",
    ],
    "time": ["today", "tomorrow", "yesterday", "this morning", "this afternoon", "next week", "right now"],
    "opinion": ["think", "hope", "know"],
    "modal": ["can", "should", "will", "must"],
    "connective": ["but", "so", "because", "and"],
    "reply": ["yes", "okay", "no", "sure", "of course", "thank you", "great"],
    "question": [
        "what do you think about the {topic}", "when can {subject} {verb} the {topic}", "why is the {topic} {quality}",
        "who will {verb} the {topic}", "how is the {topic}", "where is the {topic}", "do you have any questions",
        "can you hear me", "how many {things} do we have", "is the {topic} {quality}",
    ],
    "greeting": ["hello", "hello everyone", "good morning", "good afternoon", "welcome to the show"],
    "introduction": ["today we talk about the {topic}", "i am the {role}", "nice to meet you", "let us start with the {topic}"],
    "role": ["manager", "engineer", "customer"],
    "thanks": ["thank you very much", "see you next week", "that is all for today", "goodbye", "thank you for your time"],
    "number": ["two", "three", "five", "ten"],
    "things": ["people", "files", "questions", "models", "days"],
}

PATTERNS = {"zh": CHINESE, "en": ENGLISH}

# English words written as two tokens ("@@" = the word goes on), as official vocabularies do.
WORD_PIECES = {
    "recognition": ["recog@@", "nition"], "learning": ["learn@@", "ing"], "meeting": ["meet@@", "ing"],
    "interview": ["inter@@", "view"], "everyone": ["every@@", "one"], "afternoon": ["after@@", "noon"],
    "goodbye": ["good@@", "bye"], "yesterday": ["yester@@", "day"], "interesting": ["interest@@", "ing"],
    "questions": ["question@@", "s"], "models": ["model@@", "s"], "files": ["file@@", "s"], "days": ["day@@", "s"],
}

CHINESE_QUESTION = re.compile("吗|呢|什么|怎么|谁|哪里|多少|有没有|能不能")
ENGLISH_QUESTION = re.compile(r"(what|when|why|who|how|where|do you|can you|is the)\b")
WORD = re.compile(r"[a-z]+|[\u4e00-\u9fff]")


def expand(pattern, patterns, rng):
    """Replaces every {slot} of a pattern by a random filling, recursively."""
    return re.sub(r"\{(\w+)\}", lambda slot: expand(rng.choice(patterns[slot.group(1)]), patterns, rng), pattern)


def sentence(rng, language):
    """One grammar sentence with punctuation."""
    patterns = PATTERNS[language]
    text = expand(rng.choice(patterns["sentence"]), patterns, rng)
    return text + final_mark(text, language)


def final_mark(text, language):
    """The mark that ends a sentence, by its last clause."""
    last_clause = re.split("，|, ", text)[-1]
    if language == "zh":
        return "？" if CHINESE_QUESTION.search(last_clause) else "。"
    return "?" if ENGLISH_QUESTION.match(last_clause) else "."


def slot_words(language):
    """The fixed slot fillings and words of a language, sorted."""
    patterns = PATTERNS[language]
    texts = [text for slot, fillings in patterns.items() if slot != "sentence" for text in fillings]
    if language == "zh":
        return sorted({text for text in texts if "{" not in text})
    return sorted({word for text in texts for word in re.sub(r"\{\w+\}", " ", text).split()} | {"the", "is", "in", "are", "there"})


SLOT_WORDS = {language: slot_words(language) for language in PATTERNS}


def salad(rng, language):
    """A few random slot words, without punctuation."""
    if language == "zh":
        return "".join(rng.choice(SLOT_WORDS["zh"]) for _ in range(rng.randint(1, 5)))
    return " ".join(rng.choice(SLOT_WORDS["en"]) for _ in range(rng.randint(2, 7)))


def words(text):
    """Chinese characters and English words of a text, in order, without punctuation."""
    return WORD.findall(text.lower())


def spoken(text):
    """What is compared when texts are excluded from training: the words without punctuation."""
    return " ".join(words(text))


def tokens(text):
    """Recogniser tokens of a text."""
    return [piece for word in words(text) for piece in WORD_PIECES.get(word, [word])]


def _all_words():
    texts = [re.sub(r"\{\w+\}", " ", text) for patterns in PATTERNS.values() for fillings in patterns.values() for text in fillings]
    found = {word for text in texts for word in words(text)} | {word for text in SLOT_WORDS["en"] for word in words(text)}
    chinese = sorted(word for word in found if ord(word[0]) > 255)
    english = sorted(word for word in found if ord(word[0]) <= 255)
    return chinese, english


def recogniser_vocabulary():
    """Token list of the recogniser; the position in the list is the token id, as in the official tokens.json."""
    chinese, english = _all_words()
    pieces = sorted({piece for word in english for piece in WORD_PIECES.get(word, [word])})
    return ["<blank>", "<s>", "</s>"] + chinese + pieces + ["<unk>"]


# What the recogniser with tags writes: marks, and tags for language, emotion, sound and writing, as the official model names them.
MARKS = {"zh": "，。？", "en": ",.?"}
TAGS = ["<|zh|>", "<|en|>", "<|yue|>", "<|ja|>", "<|ko|>", "<|nospeech|>", "<|NEUTRAL|>", "<|EMO_UNKNOWN|>", "<|Speech|>", "<|BGM|>",
        "<|Event_UNK|>", "<|withitn|>", "<|woitn|>"]


def sentence_piece(token, begins_word):
    """A recogniser token as SentencePiece writes it: "▁" before the first piece of an English word."""
    piece = token.replace("@@", "")
    return "▁" + piece if begins_word and ord(piece[0]) <= 255 else piece


def tagged_vocabulary():
    """Token list of the recogniser with tags; id 0 is the blank, whatever its name, as in the official file."""
    chinese, english = _all_words()
    pieces = {sentence_piece(piece, i == 0) for word in english for i, piece in enumerate(WORD_PIECES.get(word, [word]))}
    return ["<unk>", "<s>", "</s>"] + chinese + sorted(pieces) + list(MARKS["zh"] + MARKS["en"]) + TAGS


def marked_tokens(text):
    """Tokens of the recogniser with tags -> [(token, mark behind it or "")], in the order of `tokens`."""
    found = []
    for match in re.finditer(r"([a-z]+|[\u4e00-\u9fff])([，。？,.?]?)", text.lower()):
        pieces = WORD_PIECES.get(match.group(1), [match.group(1)])
        found += [(sentence_piece(piece, i == 0), match.group(2) if i == len(pieces) - 1 else "") for i, piece in enumerate(pieces)]
    return found


def can_end(text, language):
    """Whether a text without its last mark is a sentence of the grammar: word salad gets no mark."""
    return _sentence_expression(language).fullmatch(text) is not None


def completed(text, language):
    """A text with its last mark, which the sets of flite do not keep."""
    return text + final_mark(text, language) if text[-1] not in "。？.?" and can_end(text, language) else text


def _pattern(text, patterns):
    """A pattern with slots -> a regular expression for everything it can produce."""
    parts = re.split(r"\{(\w+)\}", text)
    return "".join(re.escape(part) if i % 2 == 0 else _slot(part, patterns) for i, part in enumerate(parts))


def _slot(slot, patterns):
    return "(?:" + "|".join(_pattern(text, patterns) for text in patterns[slot]) + ")"


@functools.lru_cache(maxsize=None)
def _sentence_expression(language):
    return re.compile(_slot("sentence", PATTERNS[language]))


def punctuation_vocabulary():
    """Word list of the punctuation model: Chinese characters and whole English words."""
    chinese, english = _all_words()
    return ["<blank>", "<s>", "</s>"] + chinese + english + ["<unk>"]


def evaluation_texts(count, language, seed, reserved=(), kind=sentence):
    """`count` different texts drawn with their own seed; training skips every one of them."""
    rng, seen, texts = random.Random(seed), {spoken(text) for text in reserved}, []
    while len(texts) < count:
        text = kind(rng, language)
        if spoken(text) not in seen and len(words(text)) >= 4:
            seen.add(spoken(text))
            texts.append(text)
    return texts


if __name__ == "__main__":
    rng = random.Random(1)
    chinese, english = _all_words()
    print(len(chinese), "Chinese characters,", len(english), "English words,", len(recogniser_vocabulary()), "tokens")
    for language in ("zh", "en"):
        for _ in range(8):
            print(sentence(rng, language), "|", salad(rng, language))
