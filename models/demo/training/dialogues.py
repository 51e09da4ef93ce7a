"""Texts of the shipped samples. Training skips every sentence of this file by exact match."""

import re

# One turn: (speaker number, sentences). English and Mandarin may meet in one turn.
INTERVIEW = [
    (1, ["大家晚上好，欢迎来到我们的节目。", "今天我们请到了一位工程师。"]),
    (2, ["主持人你好，我是工程师。", "很高兴见到大家。"]),
    (1, ["最近语音识别发展得很快，你怎么看这个技术？"]),
    (2, ["我觉得语音识别非常重要，但是测试结果不太稳定。"]),
    (1, ["What do you think about the model?"]),
    (2, ["The speech recognition is almost done, because the system is very good."]),
    (1, ["没错，数据质量会影响结果。", "需要多少时间？"]),
    (2, ["我们打算下个月在深圳做测试，然后参加会议。"]),
    (1, ["客户为什么担心价格？"]),
    (2, ["因为成本太高了，不过今年价格下降了百分之二十。"]),
    (1, ["太好了，谢谢你的时间。"]),
    (2, ["我们下次再见。", "谢谢大家。"]),
]

INTERVIEW_HELD_OUT = [
    (1, ["欢迎来到我们的节目，今天的主题是测试结果。"]),
    (2, ["各位好，很高兴见到你。", "工程师觉得机器学习很准确。"]),
    (1, ["产品经理为什么开会讨论技术？"]),
    (2, ["公司必须分析人工智能，因为接口比较复杂。"]),
    (1, ["What do you think about the interview?"]),
    (2, ["The interview is simple, because the project is really interesting."]),
    (1, ["这个团队怎么看录音？"]),
    (2, ["录音不太稳定，而且节目还可以。", "我的同事下周更新质量。"]),
    (1, ["谢谢你的时间。", "我们下次再见。"]),
    (2, ["Thank you for your time."]),
]

HELLO = [(1, ["大家好，我是主持人，今天我们来聊聊人工智能。"])]

ENGLISH = [(1, ["Good morning, today we talk about the market.", "The price is too high, so people should check the budget."])]

# Sentences of the evaluation list (make_data.test_texts), which training skips as well.
EVALUATION_SENTENCES = set(sentence for _, turn in INTERVIEW_HELD_OUT for sentence in turn) | {
    "The speech recognition is almost done, because the system is very good.", "需要多少时间？", "谢谢大家。"}

# Not spoken in any sample, but kept out of training like the others.
SPARE = [
    "I think the model is very good, but we need more time.",
    "你们公司什么时候开始测试产品？",
    "Thank you very much, see you next week.",
    "非常感谢大家，我们下次再见。",
    "今天我们请到了一位工程师，我们来聊聊语音识别。",
    "我们的团队还需要更多时间。",
    "The customer should test the system next week.",
    "各位早上好，我是记者。",
    "今天我们请到了一位医生，今天的主题是健康生活。",
    "你好，很高兴参加这个节目。",
    "很多用户担心数据安全，你觉得怎么样？",
    "数据安全非常重要，医院必须检查软件系统。",
    "我们去年已经更新了系统。",
    "How is the project?",
    "The project is almost done, but we have two questions about the data.",
    "明白了，你们打算什么时候完成测试？",
    "我们下周三在上海开会讨论，然后确认计划。",
    "谢谢你，感谢大家收听。",
    "That is all for today, goodbye.",
]

DIALOGUES = {"interview": INTERVIEW, "interview-heldout": INTERVIEW_HELD_OUT, "hello": HELLO, "english": ENGLISH}


def sentences(dialogue):
    """All sentences of a dialogue, in order."""
    return [sentence for _, turn in dialogue for sentence in turn]


def reserved_sentences():
    """The sentences of the dialogues that are not in the evaluation list, and every clause of one that could be drawn as a sentence of its own."""
    whole = [sentence for dialogue in DIALOGUES.values() for sentence in sentences(dialogue) if sentence not in EVALUATION_SENTENCES] + SPARE
    clauses = [clause for sentence in whole for clause in re.split("[，,]", sentence) if len(clause.strip(" 。？.?")) >= 8]
    return whole + clauses
