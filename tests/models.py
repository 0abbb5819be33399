"""A small model that was really trained, of invented letters, and brought into use by two people."""

import functools
import random

from huiying.kernel.actors import SYSTEM
from huiying.routing.actions.learned import adopt_model, keep_model, propose_model
from huiying.routing.learning import Labelled, train
from huiying.routing.models import Learned
from huiying.routing.suggesting import Model, dump
from tests.people import People

ABOUT = {
    "noise": ["工地夜里施工", "广场舞太吵", "装修噪声", "夜间鸣笛", "音响扰民"],
    "leak": ["水管漏水", "停水三天", "自来水发黄", "水压太低", "水表漏水"],
    "pothole": ["路面破损", "坑洼不平", "井盖松动", "路口积水", "人行道塌陷"],
}
FILLING = ["我家附近", "请尽快处理", "已经很久了", "大家都有意见", "谢谢你们"]


@functools.cache
def small_model() -> Model:
    """It knows the three matters of `ABOUT`; trained once a process."""
    chance = random.Random(1)
    letters = []
    for number in range(90):
        category = list(ABOUT)[number % len(ABOUT)]
        said = chance.sample(ABOUT[category], 2) + chance.sample(FILLING, 2)
        letters.append(Labelled("", "，".join(said), category))
    return train(letters)


def kept_model() -> Learned:
    """The next version."""
    model = small_model()
    return keep_model(
        actor=SYSTEM,
        packed=dump(model),
        figures=model.about,
        categories=len(model.categories),
        threshold=model.threshold,
    )


def model_in_use(people: People, threshold: float = 0.5) -> Learned:
    """A version that the administrator proposed and the supervisor adopted."""
    learned = kept_model()
    number = learned.number
    propose_model(actor=people.administrator.actor, number=number, threshold=threshold)
    adopt_model(actor=people.supervisor.actor, number=number)
    return learned
