"""Which definition a replay takes for the present one, where only the proposed one is named."""

from pathlib import Path

import pytest

from contractkit.cli.replaying import present_definition
from contractkit.errors import UsageError
from contractkit.locking.lock_file import Entry, write_lock
from contractkit.settings import ProviderSettings, Settings

SOURCE = "broker:orders@production"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    return Settings(root=tmp_path, providers={"orders": ProviderSettings(definition=SOURCE)})


def test_a_definition_from_elsewhere_is_taken_as_it_is_locked(settings: Settings) -> None:
    entry = Entry(source=SOURCE, digest="sha256:0", copy="orders.yaml")
    write_lock(settings.root, {("orders", "definition"): entry}, {"orders.yaml": b"openapi: 3.1.0"})
    assert present_definition(settings, None) == "contractkit.locked/orders.yaml"


def test_one_that_is_not_locked_is_to_be_named(settings: Settings) -> None:
    with pytest.raises(UsageError) as refused:
        present_definition(settings, "orders")
    assert str(refused.value) == (
        "The present definition of orders is no file here.\n\n"
        f"  definition   {SOURCE}\n\n"
        "Give both definitions: contractkit impact OLD NEW --replay"
    )
