"""Forms that exist only to be looked at."""

from typing import Any

from django import forms

from huiying.faces.look.sample_words import say
from huiying.faces.look.several_files import FilesField, WaitingFile


class LetterForm(forms.Form):
    """One field of every kind, as a resident meets them."""

    body = forms.CharField(max_length=5000, widget=forms.Textarea(attrs={"rows": 6}))
    place = forms.CharField(max_length=200, widget=forms.TextInput())
    category = forms.ChoiceField(required=False)
    wish = forms.ChoiceField(widget=forms.RadioSelect)
    seen = forms.DateField(
        required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reach = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    danger = forms.BooleanField(required=False)
    picture = forms.FileField(required=False)
    enclosed = FilesField()

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        labels = {
            "body": say("请写下发生了什么", "What happened?"),
            "place": say("在哪里", "Where?"),
            "category": say("属于哪一类", "What is it about?"),
            "wish": say("答复可以公开吗", "May the answer be published?"),
            "seen": say("什么时候看到的", "When did you see it?"),
            "reach": say("办好了怎么告诉您", "How shall we tell you?"),
            "danger": say("现在有人有生命危险", "Somebody's life is in danger now"),
            "picture": say("照片", "A picture"),
            "enclosed": say("照片和文件", "Photos and documents"),
        }
        for name, label in labels.items():
            self.fields[name].label = label
        self.fields["body"].help_text = say(
            "时间、地点、看到的情况。不必写姓名和证件号码。",
            "When, where, what you saw. No names or identity numbers needed.",
        )
        if self.is_bound:
            enclosed: Any = self.fields["enclosed"]
            enclosed.waiting = [WaitingFile("a", "JPEG · 1.2 MB"), WaitingFile("b", "PDF · 340 KB")]
        self.fields["category"].choices = categories()  # type: ignore[attr-defined]
        self.fields["wish"].choices = [  # type: ignore[attr-defined]
            ("public", say("可以公开", "It may be published")),
            ("private", say("只答复我本人", "Answer only me")),
        ]
        self.fields["wish"].choice_hints = {  # type: ignore[attr-defined]
            "public": say("公开前会去掉个人信息", "Personal data is removed first"),
        }
        self.fields["reach"].choices = [  # type: ignore[attr-defined]
            ("sms", say("短信", "Text message")),
            ("mail", say("电子邮件", "E-mail")),
            ("none", say("不用，我自己来查", "Neither; I shall look it up")),
        ]


def categories() -> list[tuple[str, object]]:
    return [
        ("", say("不确定，请帮我选", "Not sure: please choose for me")),
        (
            say("环境", "Environment"),
            [("noise", say("施工噪声", "Building noise")), ("smell", say("异味", "Smells"))],
        ),
        (
            say("道路", "Roads"),
            [("lamp", say("路灯", "Street lights")), ("pothole", say("路面坑洼", "Potholes"))],
        ),
    ]


class QueueFilter(forms.Form):
    words = forms.CharField(required=False)
    state = forms.ChoiceField(required=False)
    unit = forms.ChoiceField(required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["words"].label = say("内容", "Words")
        self.fields["state"].label = say("状态", "State")
        self.fields["unit"].label = say("承办单位", "Unit")
        self.fields["state"].choices = [  # type: ignore[attr-defined]
            ("", say("全部", "All")),
            ("late", say("已超期", "Late")),
        ]
        self.fields["unit"].choices = [  # type: ignore[attr-defined]
            ("", say("全部", "All")),
            ("env", say("生态环境局", "Environment Bureau")),
        ]


class ReturnForm(forms.Form):
    reason = forms.ChoiceField(widget=forms.RadioSelect)
    note = forms.CharField(max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["reason"].label = say("退回原因", "Reason")
        self.fields["note"].label = say("说明", "Explanation")
        self.fields["reason"].choices = [  # type: ignore[attr-defined]
            ("field", say("不属于本单位职责", "Not our field")),
            ("area", say("不在本单位辖区", "Not our area")),
        ]
