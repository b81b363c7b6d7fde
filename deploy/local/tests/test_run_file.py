from todoku_local.places import REPOSITORY
from todoku_local.ports import Ports
from todoku_local.run_file import content


def test_dapr_yaml_is_what_the_table_of_services_says() -> None:
    assert (REPOSITORY / "dapr.yaml").read_text() == content(Ports())
