"""The groups of Chinese messages about one matter, and how well such are found again."""

from collections import Counter

from bench.same_matter.evaluating import evaluate, read_groups, read_matters

from tests.shared import shared


def test_the_same_matter_is_found_again_in_chinese():
    groups = read_groups()
    assert min(Counter(groups.values()).values()) > 1
    some = {label: group for label, group in groups.items() if int(group) % 5 == 0}
    matters = read_matters(shared("tipdm2020c-zh") / "messages.csv.gz", some)
    assert {matter.label for matter in matters} == set(some)
    found = evaluate(matters, some)
    assert found.average_precision_of_groups > 0.75
    assert found.first > 0.75
