"""What the gallery shows of an answer in the making."""

from datetime import timedelta
from typing import Any

from huiying.faces.look.sample_words import say
from huiying.kernel import time


def advice() -> dict[str, Any]:
    """Hints of every kind, as `replies.hints` gives them."""
    rows = [
        ("long_sentence", say("接到您的来信后，我局立即组…", "After we received your …"), "", 74, 1),
        ("officialese", say("相关部门", "relevant departments"),
         say("写出部门的名字", "name the departments"), 0, 3),
        ("abbreviation", say("环评", "EIA"), say("环境影响评价", "environmental impact assessment"), 0, 1),
        ("abbreviation", "VOC", "", 0, 2),
        ("heavy_verb", say("进行了检查", "carried out an inspection"), say("检查", ""), 0, 1),
        ("noun_chain", say("小区的物业的经理的承诺的期限", "the date of the promise of …"), "", 0, 1),
    ]  # fmt: skip
    names = ("kind", "found", "instead", "size", "times")
    return {"hints": [dict(zip(names, row, strict=True)) for row in rows], "more": 2}


def beside() -> dict[str, Any]:
    """Two versions of a text, as `replies.reads.side_by_side` gives them."""
    rows = [
        ("same", say("接下来一周，我们", "For a week we shall pass every ")),
        ("gone", say("隔晚", "second ")),
        ("new", say("每晚", "")),
        ("same", say("巡查。", "night.")),
    ]
    pieces = [{"kind": kind, "text": text} for kind, text in rows]
    return {
        "before": say("第 1 版", "Version 1"),
        "after": say("第 2 版", "Version 2"),
        "changed": True,
        "parts": [{"name": say("答复", "The answer"), "pieces": pieces, "changed": True}],
    }


def signatures() -> list[dict[str, Any]]:
    """Requests to co-sign in every state, as `replies.reads.co_signing` gives them."""
    now = time.now()
    rows = [
        (say("供水公司", "Water Company"), "signed", ""),
        (say("公路局", "Roads Department"), "asked", ""),
        (say("物业管理科", "Estates Office"), "silent", ""),
        (say("效能办", "Integrity Office"), "refused",
         say("管网不归我们管。", "The mains are not ours.")),
        (say("教育局", "School Office"), "recalled", ""),
        (say("民政局", "Social Affairs"), "void", ""),
    ]  # fmt: skip
    answered = {"signed", "refused"}
    return [
        {
            "label": "",
            "unit": unit,
            "version": 2,
            "state": state,
            "due_on": (now + timedelta(days=2)).date(),
            "asked_at": now,
            "answered_at": now if state in answered else None,
            "answered_by": say("王小梅", "Wang Xiaomei") if state in answered else "",
            "reason": reason,
            "wording": say("请删去第二段。", "Leave out the second part.") if reason else "",
            "may_recall": False,
        }
        for unit, state, reason in rows
    ]


def co_signed() -> list[dict[str, Any]]:
    """Units that have co-signed an answer."""
    return [{"unit": say("供水公司", "Water Company"), "at": time.now()}]
