"""Texts of the shipped samples. Training skips every sentence of this file by exact match (`reserved_sentences`)."""

import re

# One turn: (speaker number, sentences). English and Mandarin may meet in one turn.
INTERVIEW = [
    (1, ["大家晚上好，欢迎来到我们的节目。", "今天我们请到了一位工程师。"]),
    (2, ["主持人你好，我是工程师。", "很高兴见到大家。"]),
    (1, ["最近语音识别发展得很快，你怎么看这个技术？"]),
    (2, ["我觉得语音识别非常重要，但是测试结果不太稳定。"]),
    (1, ["What do you think about the model?"]),
    (2, ["I think the model is very good, but we need more time."]),
    (1, ["没错，数据质量会影响结果。", "你们公司什么时候开始测试产品？"]),
    (2, ["我们打算下个月在深圳做测试，然后参加会议。"]),
    (1, ["客户为什么担心价格？"]),
    (2, ["因为成本太高了，不过今年价格下降了百分之二十。"]),
    (1, ["太好了，谢谢你的时间。", "Thank you very much, see you next week."]),
    (2, ["非常感谢大家，我们下次再见。"]),
]

INTERVIEW_HELD_OUT = [
    (1, ["各位早上好，我是记者。", "今天我们请到了一位医生，今天的主题是健康生活。"]),
    (2, ["你好，很高兴参加这个节目。"]),
    (1, ["很多用户担心数据安全，你觉得怎么样？"]),
    (2, ["数据安全非常重要，医院必须检查软件系统。", "我们去年已经更新了系统。"]),
    (1, ["How is the project?"]),
    (2, ["The project is almost done, but we have two questions about the data."]),
    (1, ["明白了，你们打算什么时候完成测试？"]),
    (2, ["我们下周三在上海开会讨论，然后确认计划。"]),
    (1, ["谢谢你，感谢大家收听。", "That is all for today, goodbye."]),
]

HELLO = [(1, ["大家好，我是主持人，今天我们来聊聊人工智能。"])]

ENGLISH = [(1, ["Good morning, today we talk about the market.", "The price is too high, so people should check the budget."])]

# Not spoken in any sample, but kept out of training like the others.
SPARE = ["今天我们请到了一位工程师，我们来聊聊语音识别。", "我们的团队还需要更多时间。", "The customer should test the system next week."]

DIALOGUES = {"interview": INTERVIEW, "interview-heldout": INTERVIEW_HELD_OUT, "hello": HELLO, "english": ENGLISH}


def sentences(dialogue):
    """All sentences of a dialogue, in order."""
    return [sentence for _, turn in dialogue for sentence in turn]


def reserved_sentences():
    """Every sentence of every dialogue, and every clause of one that could be drawn as a sentence of its own."""
    whole = [sentence for dialogue in DIALOGUES.values() for sentence in sentences(dialogue)] + SPARE
    clauses = [clause for sentence in whole for clause in re.split("[，,]", sentence) if len(clause.strip(" 。？.?")) >= 8]
    return whole + clauses
