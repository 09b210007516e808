"""A month's bill: more of anything costs more, and nothing used costs what is watched."""

from dataclasses import fields

import pytest

from scripts.cost import ALARMS, KEYS, POLLED_QUEUES, Usage, bill, main
from tests.template.test_template import all_alarms, resources

NOTHING = Usage(**{one.name: 0 for one in fields(Usage)})


def test_who_uses_nothing_pays_for_the_key_for_polling_and_for_being_watched_only() -> None:
    assert {what for what, dollars in bill(NOTHING).items() if dollars} == {
        "alarms, dashboard",
        "encryption key",
        "queues",
    }


def test_what_is_counted_is_what_the_templates_have() -> None:
    mappings = resources("AWS::Lambda::EventSourceMapping").values()
    assert len(all_alarms()) == ALARMS
    assert sum("Queue" in str(mapping["EventSourceArn"]) for mapping in mappings) == POLLED_QUEUES
    assert len(resources("AWS::KMS::Key", "infra/data.yaml")) == KEYS


@pytest.mark.parametrize("name", [one.name for one in fields(Usage)])
def test_more_of_anything_costs_more(name: str) -> None:
    more = Usage(**{**{one.name: 0 for one in fields(Usage)}, name: 1_000})
    assert sum(bill(more).values()) > sum(bill(NOTHING).values())


def test_less_than_nothing_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--reads", "-1"]) != 0
    assert "negative" in capsys.readouterr().out
