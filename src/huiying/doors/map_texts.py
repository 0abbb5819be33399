"""Writing a map as TOML, and guessing at one from the names of the columns."""

from collections.abc import Iterable
from typing import Any

import tomli_w

from huiying.doors.writers import says_who

# Words that a column's name is or begins with, by what it probably holds; the first that fits.
USUAL = {
    "id": ("id", "编号", "工单号", "信件编号", "受理编号", "序号", "number", "case number", "unique key"),
    "title": ("title", "标题", "主题", "subject"),
    "body": ("body", "内容", "留言详情", "来信内容", "诉求内容", "正文", "text", "description", "letter"),
    "place": ("place", "地点", "地址", "位置", "location", "incident address", "address"),
    "received": ("received", "来信时间", "受理时间", "留言时间", "时间", "日期", "created", "date", "opened"),
    "channel": ("channel", "渠道", "来源", "来信方式"),
    "category": ("category", "类别", "事项", "分类", "type", "topic"),
    "unit": ("unit", "部门", "承办单位", "单位", "department", "agency"),
    "due": ("due", "截止时间", "办理期限", "期限", "target date", "deadline"),
    "state": ("state", "状态", "办理状态", "status"),
    "outcome": ("outcome", "办理结果", "结果", "result"),
    "answer": ("answer", "答复意见", "回复内容", "答复", "回复", "reply", "resolution"),
    "answered": ("answered", "答复时间", "回复时间", "replied"),
    "closed": ("closed", "办结时间", "结案时间"),
    "latitude": ("latitude", "纬度"),
    "longitude": ("longitude", "经度"),
}  # fmt: skip
# Words of a column, by what they mean here.
KNOWN_WORDS = {
    "state": {
        "已办结": "closed", "办结": "closed", "已结案": "closed", "closed": "closed", "done": "closed",
        "已回复": "answered", "已答复": "answered", "answered": "answered",
        "办理中": "open", "处理中": "open", "待办": "open", "未办结": "open",
        "open": "open", "in progress": "open", "pending": "open", "assigned": "open",
    },
    "channel": {
        "热线": "phone", "电话": "phone", "来电": "phone", "phone": "phone", "call": "phone",
        "网站": "web", "网络": "web", "网页": "web", "web": "web", "online": "web",
        "来访": "counter", "窗口": "counter", "counter": "counter", "来信": "letter", "信件": "letter",
        "letter": "letter", "邮件": "email", "email": "email", "app": "app", "mobile": "app",
    },
    "outcome": {
        "已解决": "solved", "solved": "solved", "部分解决": "partly", "无法办理": "cannot_act",
        "不属本单位": "not_ours", "已解释": "explained", "未发现问题": "no_fault_found",
    },
}  # fmt: skip


def as_toml(table: dict[str, Any]) -> str:
    """A map, as tables and texts, in TOML."""
    return tomli_w.dumps(table, multiline_strings=False)


def guessed_columns(header: Iterable[str]) -> dict[str, str]:
    """For each target the column that probably fills it; none that says who wrote, none twice."""
    plain = {name.strip().lower(): name for name in header if name and not says_who(name)}
    found: dict[str, str] = {}
    for target, words in USUAL.items():
        fitting = [plain[word] for word in words if word in plain]
        begun = [plain[each] for word in words for each in plain if each.startswith(word)]
        free = [each for each in (*fitting, *begun) if each not in found.values()]
        if free:
            found[target] = free[0]
    return found
