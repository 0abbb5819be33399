"""Invented letters and answers for the gallery, in both languages."""

from huiying.kernel import names


def say(chinese: str, english: str) -> str:
    """The text in the page's language."""
    return chinese if names.chinese() else english


def letter() -> str:
    return say(
        "您好！我住在滨河路 18 号院。院子对面的工地从上周起每天夜里十一点以后还在打桩，"
        "家里老人和上学的孩子都睡不着。\n\n我们找过工地两次，他们说有夜间施工许可，但没有拿出来。"
        "请帮忙查一查：有没有许可？如果没有，什么时候能停？\n\n谢谢你们。",
        "Hello,\n\nI live at 18 Riverside Road. The building site opposite has been driving piles after "
        "eleven at night since last week, and neither my parents nor the children can sleep.\n\n"
        "We went there twice. They say they have a permit for night work but did not show it. Could "
        "you check whether there is one, and if not, when it will stop?\n\nThank you.",
    )


def letter_title() -> str:
    return say("滨河路工地夜间打桩，影响休息", "Pile driving at night on Riverside Road")


def answer() -> str:
    return say(
        "您好，来信收到。\n\n11 月 19 日夜里我们到现场查看：工地没有办理夜间施工许可，当晚已责令停工。"
        "施工单位承诺，今后每晚十点到次日早上六点不再打桩；确需连夜浇筑的，提前三天在小区门口张贴公告。\n\n"
        "接下来两周，我们每晚巡查一次。如果再听到打桩声，请拨打 12345，我们一小时内到现场。",
        "Thank you for writing.\n\nWe went to the site on the night of 19 November. It had no permit for "
        "night work and was ordered to stop at once. The builder has promised not to drive piles "
        "between ten at night and six in the morning, and to put up a notice three days ahead whenever "
        "concrete must be poured overnight.\n\nFor the next two weeks we shall pass by every night. If you "
        "hear it again, ring 12345 and we shall be there within the hour.",
    )


def hostile() -> str:
    """Text that would turn the page around if it were not isolated."""
    return (
        say(
            "方向符测试：\u202e文字倒着走\u202c，以及很长很长的一串字符：",
            "Direction marks: \u202eturned around\u202c, and a long run of letters: ",
        )
        + "aB3" * 40
    )


def unit() -> dict[str, str]:
    return {"zh-hans": "生态环境局", "en": "Environment Bureau"}


def category() -> dict[str, str]:
    return {"zh-hans": "施工噪声", "en": "Building noise"}


NUMBER = "2026-004187"
