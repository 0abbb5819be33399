"""What the gallery pages show: every component's inputs, in every state."""

from dataclasses import dataclass
from typing import Any

from huiying.faces.look import sample_drafts, sample_duty
from huiying.faces.look import sample_words as words
from huiying.faces.look.files import FileShown
from huiying.faces.look.reaching import ReachFields
from huiying.faces.look.sample_forms import LetterForm, QueueFilter, ReturnForm
from huiying.faces.look.sample_words import say
from huiying.kernel import time

STATES = [
    "received", "triaged", "assigned", "in_progress", "waiting", "returned", "answered", "closed",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class GalleryPage:
    groups: list[tuple[str, str]]
    form: LetterForm
    wrong_form: LetterForm
    queue_filter: QueueFilter
    reach_form: ReachFields
    states: list[str]
    clocks: list[dict[str, Any]]
    columns: list[dict[str, Any]]
    rows: list[list[Any]]
    case: "CaseSample"
    resident: "ResidentSample"
    hostile: str
    figures: list[dict[str, Any]]
    bars: list[dict[str, Any]]
    curve: dict[str, Any]
    tiles_label: str
    tiles: list[dict[str, Any]]
    corrections: list[dict[str, Any]]
    advice: dict[str, Any]
    beside: dict[str, Any]
    signatures: list[dict[str, Any]]
    co_signed: list[dict[str, Any]]
    on_duty: list[tuple[str, str, str]]
    duty_days: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class ResidentSample:
    answers: list[dict[str, Any]]
    found: list[dict[str, Any]]
    steps: list[dict[str, Any]]
    figures: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class CaseSample:
    number: str
    title: str
    text: str
    place: str
    answer: str
    sent_at: Any
    due_at: Any
    trail: list[tuple[str, str]]
    facts: list[tuple[str, ...]]
    acts: list[dict[str, Any]]
    entries: list[dict[str, Any]]
    alerts: list[tuple[str, str]]
    notes: list[dict[str, Any]]
    unit: dict[str, str]
    category: dict[str, str]
    tabs: list[tuple[Any, ...]]
    files: list[FileShown]
    urgency: dict[str, Any]


def gallery() -> GalleryPage:
    now = time.now()
    wrong = LetterForm({"body": "", "place": "", "wish": "", "seen": "2026-13-40"}, prefix="wrong")
    corrected = {
        "at": now - time.days(2),
        "reason": say("原文写错了巡查的时间。", "The hours of the patrol were wrong."),
        "earlier_text": say(
            "接下来一周，我们隔晚巡查。", "For a week we shall pass every second night."
        ),
    }
    return GalleryPage(
        groups=[
            ("forms", say("表单", "Forms")),
            ("notices", say("提示", "Notices")),
            ("case", say("办件", "Cases")),
            ("lists", say("列表", "Lists")),
            ("answers", say("答复与回执", "Answers and receipts")),
            ("figures", say("数字", "Figures")),
            ("small", say("小部件", "Small parts")),
        ],
        form=LetterForm(prefix="sample"),
        wrong_form=wrong,
        queue_filter=QueueFilter(prefix="q"),
        reach_form=ReachFields(prefix="news"),
        states=STATES,
        clocks=_clocks(),
        columns=_columns(),
        rows=_rows(),
        case=case(),
        resident=resident(),
        hostile=words.hostile(),
        figures=resident().figures,
        bars=_bars(),
        curve=_curve(),
        tiles_label=say("各镇的情况，下表也有", "Towns; the table says the same"),
        tiles=_tiles(),
        corrections=[corrected],
        advice=sample_drafts.advice(),
        beside=sample_drafts.beside(),
        signatures=sample_drafts.signatures(),
        co_signed=sample_drafts.co_signed(),
        on_duty=sample_duty.on_duty(),
        duty_days=sample_duty.days(),
    )


def _clocks() -> list[dict[str, Any]]:
    now = time.now()
    return [
        {"due_at": now + time.days(9)},
        {"due_at": now + time.days(2)},
        {"due_at": now + time.days(0.02)},
        {"due_at": now - time.days(3)},
        {"due_at": now + time.days(4), "paused": True},
        {"due_at": now - time.days(1), "ended_at": now - time.days(2)},
        {"due_at": now - time.days(6), "ended_at": now - time.days(2)},
    ]


def _urgency() -> dict[str, Any]:
    hurt = say("不马上处理会伤到人：井盖缺失等", "Somebody can be hurt: an open manhole")
    reached = say("影响 100 人以上：一个小区", "It reaches 100 people or more: an estate")
    wrote, checked = (
        say("来件人勾选的。", "The writer said so."),
        say("只有一户。", "One flat only."),
    )
    return {
        "level": say("优先办", "Before others"),
        "tone": "warning",
        "lines": [(hurt, wrote, True), (reached, f"{wrote} {checked}", False)],
    }


def _columns() -> list[dict[str, Any]]:
    return [
        {"label": say("办件", "Case")},
        {"label": say("状态", "State")},
        {"label": say("时限", "Due"), "sort_url": "?sort=-due", "sorted": "asc"},
        {"label": say("单位", "Unit"), "sort_url": "?sort=unit"},
        {"label": say("反映人数", "Letters"), "numeric": True},
    ]


def _rows() -> list[list[Any]]:
    now = time.now()
    titles = [
        (words.letter_title(), "in_progress", -2.0, words.unit()["zh-hans"], "Environment Bureau", 7),
        (say("三中门口斑马线看不清了", "Zebra crossing at No. 3 School has worn off"), "assigned", 0.01,
         "公安局交警大队", "Traffic Police", 2),
        (say("城南公园晚上路灯不亮", "Lamps in South Park stay dark"), "waiting", 3.0, "城市管理局",
         "City Management", 1),
        (say("医保异地报销需要哪些材料", "Which papers for medical costs paid elsewhere?"), "received",
         14.0, "—", "—", 1),
    ]  # fmt: skip
    return [
        [
            {"text": title, "url": "#", "note": f"2026-00{4187 - number}"},
            {"state": state},
            {"due_at": now + time.days(left), "paused": state == "waiting"},
            say(zh, en),
            count,
        ]
        for number, (title, state, left, zh, en, count) in enumerate(titles)
    ]


def _curve() -> dict[str, Any]:
    return {
        "label": say("说得越多，对得越少。", "The more it says, the less of it is right."),
        "path": "59.3,14 120,18 181,30 242,52 350,110",
        "dots": [(59.3, 14), (350, 110)],
        "lines": [(10, "100%"), (110, "90%"), (210, "80%")],
        "marks": [(44, "0%"), (197, "50%"), (350, "100%")],
    }


def _tiles() -> list[dict[str, Any]]:
    return [
        {
            "name": say("青石滩镇", "Qingshitan Town"),
            "matters": [say("供水 12", "Water supply 12")],
        },
        {"name": say("沙渚镇", "Shazhu Town"), "matters": []},
    ]


def _bars() -> list[dict[str, Any]]:
    return [
        {"label": say("环境", "Environment"), "value": 412, "total": 1260},
        {"label": say("道路交通", "Roads and traffic"), "value": 355, "total": 1260},
        {"label": say("教育", "Education"), "value": 96, "total": 1260},
    ]


def resident() -> ResidentSample:
    now = time.now()
    steps = [
        (say("已收到", "Received"), True, False, now - time.days(6), ""),
        (say("已交办", "Assigned"), True, False, now - time.days(5), ""),
        (say("正在办理", "In progress"), False, True, now - time.days(4),
         say("由生态环境局负责", "Environment Bureau")),
        (say("答复", "Answered"), False, False, None, say("12 月 1 日前", "by 1 December")),
    ]  # fmt: skip
    names = ("label", "done", "current", "at", "note")
    return ResidentSample(
        answers=_answers(),
        found=[{"text": say("夜里", "At night the ")}, {"text": say("施工", "site"), "found": True}],
        steps=[dict(zip(names, step, strict=True)) for step in steps],
        figures=[
            {"number": "1,260", "label": say("本月来件", "Letters this month")},
            {"number": "92%", "label": say("按时答复", "Answered in time"), "url": "#",
             "of": say("1,071 / 1,164 件", "1,071 of 1,164"),
             "note": say("不含仍在时限内的 96 件", "96 still within time are left out")},
            {"number": "38", "label": say("已超期", "Late"), "url": "#", "tone": "danger"},
            {"number": "71%", "label": say("居民说解决了", "Solved, residents say"),
             "of": say("402 / 566 位回答者", "402 of 566 who answered")},
        ],
    )  # fmt: skip


def _answers() -> list[dict[str, Any]]:
    now = time.now()
    return [
        {
            "title": words.letter_title(),
            "excerpt": words.answer(),
            "category": words.category(),
            "unit": words.unit(),
            "at": now - time.days(1),
            "outcome": "solved",
            "verdicts": [{"code": "solved", "number": 2}, {"code": "not_solved", "number": 1}],
        },
        {
            "title": say(
                "农村老人高龄补贴怎么领", "How do village elders claim the age allowance?"
            ),
            "excerpt": say(
                "年满 80 周岁的本县户籍老人，带身份证到村委会登记即可，次月起按月发放，不需要再开任何证明。",
                "Anyone of 80 or over who is registered in the county takes an identity card to the "
                "village office. It is paid from the next month; no other paper is needed.",
            ),
            "category": {"zh-hans": "养老", "en": "Old age"},
            "unit": {"zh-hans": "民政局", "en": "Civil Affairs Bureau"},
            "at": now - time.days(3),
            "outcome": "explained",
            "verdicts": [{"code": "", "number": 1}],
        },
    ]


def case() -> CaseSample:
    now = time.now()
    return CaseSample(
        number=words.NUMBER,
        title=words.letter_title(),
        text=words.letter(),
        place=say("滨河路 18 号院对面", "opposite 18 Riverside Road"),
        answer=words.answer(),
        sent_at=now - time.days(6),
        due_at=now + time.days(2),
        trail=[(say("待办", "Queue"), "#"), (words.NUMBER, "")],
        facts=[
            (
                say("事项", "About"),
                say("环境 · 施工噪声", "Environment · Building noise"),
                "#",
                say("更改", "Change"),
            ),
            (say("承办", "Lead unit"), say("生态环境局", "Environment Bureau")),
            (say("协办", "With"), say("住建局、城管局", "Housing, City Management")),
            (say("来件", "Letters"), say("7 件", "7"), "#", say("查看", "See")),
        ],
        acts=_acts(),
        entries=_entries(),
        alerts=[
            (
                say(
                    "用了 80% 的时间，已提醒到承办人", "Told at 80% of the time: those who have it"
                ),
                say("周敏知道了", "Zhou Min took note"),
            )
        ],
        notes=_notes(),
        unit=words.unit(),
        category=words.category(),
        files=[
            FileShown(say("照片 1", "Photo 1"), "#", "", "JPEG · 1.2 MB", is_picture=True),
            FileShown(say("文件 2", "Document 2"), "#", "", "PDF · 340 KB", is_picture=False),
        ],
        urgency=_urgency(),
        tabs=[
            (say("我要办的", "Mine"), "#", True, "12"),
            (say("全单位", "Whole unit"), "#", False, "86"),
            (say("已超期", "Late"), "#", False, "3"),
            (say("已答复", "Answered"), "#", False, "1,000+"),
        ],
    )


def _acts() -> list[dict[str, Any]]:
    waits = say(
        "等回复时时限暂停，最多 10 天。", "The clock waits for the reply, ten days at most."
    )
    anew = say("退回后由受理台重新交办。", "The desk will assign it anew.")
    first = say("先要有审核通过的答复。", "An approved answer must go out first.")
    back = ReturnForm(prefix="return")
    return [
        {
            "label": say("起草答复", "Write the answer"),
            "url": "#",
            "kind": "primary",
            "direct": True,
        },
        {"label": say("问来件人", "Ask the writer"), "url": "#", "hint": waits},
        {
            "label": say("退回", "Send back"),
            "url": "#",
            "form": back,
            "hint": anew,
            "aid": _aid(),
        },
        {"label": say("办结", "Close"), "url": "#", "reason": first},
    ]


def _aid() -> dict[str, Any]:
    because = say("因为信里写到：“夜间”、“施工”", "Because the letter says: “night”, “works”")
    return {
        "heading": say("参考以往办件，可能是", "Suggested, by earlier cases"),
        "lines": [
            {
                "label": say("施工噪声", "Building noise"),
                "likely": say("很有可能，93%", "very likely, 93%"),
                "because": because,
                "url": "#",
                "value": "noise",
                "key": "1",
            }
        ],
        "note": say("由你决定。", "You decide."),
    }


def _entries() -> list[dict[str, Any]]:
    took = say("生态环境局接收办件", "The Environment Bureau took on the case.")
    gave = say(
        "受理台交办给生态环境局，住建局协办", "The desk assigned it to the Environment Bureau."
    )
    back = say("城市管理局退回：不属于本单位职责", "City Management sent it back: not our field.")
    came = say("收到来件，发出回执", "The letter came in and the receipt went out.")
    why = say(
        "夜间施工许可归生态环境局管。", "Permits for night work are the Environment Bureau's."
    )
    rows = [
        (1, took, say("王芳", "Wang Fang"), "success", ""),
        (4, gave, say("李明", "Li Ming"), "plain", ""),
        (5, back, say("赵刚", "Zhao Gang"), "warning", why),
        (6, came, say("网页", "Web form"), "plain", ""),
    ]
    return [
        {
            "at": time.now() - time.days(ago),
            "sentence": text,
            "who": who,
            "tone": tone,
            "note": note,
        }
        for ago, text, who, tone, note in rows
    ]


def _notes() -> list[dict[str, Any]]:
    now = time.now()
    return [
        {"from_resident": False, "at": now - time.days(3), "who": say("受理台", "The desk"),
         "text": say("请问打桩一般从几点到几点？", "From when to when do they usually work?")},
        {"from_resident": True, "at": now - time.days(2),
         "text": say("大约十一点到一点半，周末也有。", "About eleven to half past one, at weekends too.")},
    ]  # fmt: skip
