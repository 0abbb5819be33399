"""What everybody reads of an address: the town and the road, never the door."""

import pytest

from huiying.finding.whereabouts import coarse, for_everybody, without_doors

DOORS = [
    ("我家在人民路18号", "我家在人民路█"),
    ("幸福小区3栋2单元501室的水管", "幸福小区█的水管"),
    ("幸福小区３栋２单元５０１室", "幸福小区█"),
    ("住十二号楼", "住█"),
    ("在3-2-501。", "在█。"),
    ("柳树村27号旁边", "柳树村█旁边"),
    ("地铁人民路2号线很吵", "地铁人民路2号线很吵"),
    ("5月18号晚上", "5月18号晚上"),
    ("二〇二六年十一月二号", "二〇二六年十一月二号"),
    ("2026-11-22 来的", "2026-11-22 来的"),
    ("两座桥，三户人家", "两座桥，三户人家"),
    ("I live at 12 Maple Street, Flat 3b, near the school.", "I live at █ Maple Street, █, near the school."),
    ("I waited 12 days and called 3 times.", "I waited 12 days and called 3 times."),
    ("", ""),
]  # fmt: skip
PLACES = [
    ("云渡县城关镇人民路18号3栋501室", "云渡县城关镇"),
    ("河西街道办事处门口", "河西街道"),
    ("人民路18号", "人民路"),
    ("云渡县政府", "云渡县"),
    ("我家楼下", ""),
    ("12 Maple Street, Flat 3", "Maple Street"),
    ("at my mother's", ""),
    ("", ""),
]


@pytest.mark.parametrize(("text", "covered"), DOORS)
def test_doors_are_covered_and_days_are_not(text: str, covered: str):
    assert without_doors(text) == covered


@pytest.mark.parametrize(("place", "told"), PLACES)
def test_of_a_place_the_town_or_the_road_is_told(place: str, told: str):
    assert coarse(place) == told


def test_who_somebody_is_goes_too():
    assert for_everybody("打13800138000，人民路18号") == "打█，人民路█"
