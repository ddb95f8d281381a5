"""Contract files are written whole or not at all."""

from pathlib import Path

import pytest

from contractkit.document import load_contract
from contractkit.errors import ContractFileError
from contractkit.model import Contract, Evidence, HttpCall, HttpRequest, HttpResponse, Interaction, TestReference
from contractkit.recording import RunFacts
from contractkit.recording.contract_files import recorded_contracts, update_contract_file

PASSED = RunFacts(passed=frozenset({"a.py::x"}))


def recorded(*keys: str) -> Contract:
    evidence = Evidence(test=TestReference(node_id="a.py::x", file="a.py", line=1))
    exchange = HttpCall(request=HttpRequest(method="GET", path="/"), response=HttpResponse(status=200))
    interactions = (Interaction(key=key, description=key, exchange=exchange, evidence=(evidence,)) for key in keys)
    return Contract(consumer="shop", provider="orders", interactions=tuple(interactions))


def test_a_first_contract_makes_its_directory(tmp_path: Path) -> None:
    update = update_contract_file(tmp_path / "new/contracts", recorded("k1"), PASSED)

    assert (update.is_written, update.new, update.path.name) == (True, 1, "shop-orders.json")
    assert load_contract(update.path.read_bytes(), origin="it").interactions == recorded("k1").interactions


def test_equal_bytes_are_not_written_again(tmp_path: Path) -> None:
    first = update_contract_file(tmp_path, recorded("k1"), PASSED)
    written = first.path.stat().st_mtime_ns

    second = update_contract_file(tmp_path, recorded("k1"), PASSED)

    assert (second.is_written, second.kept, first.path.stat().st_mtime_ns) == (False, 1, written)


def test_nothing_but_the_contract_is_left_in_the_directory(tmp_path: Path) -> None:
    update_contract_file(tmp_path, recorded("k1"), PASSED)
    update = update_contract_file(tmp_path, recorded("k1", "k2"), PASSED)

    assert [path.name for path in tmp_path.iterdir()] == ["shop-orders.json"]
    assert (update.new, update.changed, update.removed, update.kept) == (1, 0, 0, 1)


def test_a_contract_that_holds_nothing_has_no_file(tmp_path: Path) -> None:
    update_contract_file(tmp_path, recorded("k1"), PASSED)

    update = update_contract_file(tmp_path, recorded(), PASSED)

    assert (update.is_removed, update.removed, list(tmp_path.iterdir())) == (True, 1, [])


def test_conflict_markers_are_told_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "shop-orders.json"
    path.write_text("{\n<<<<<<< HEAD\n=======\n>>>>>>> theirs\n}\n")

    with pytest.raises(ContractFileError) as caught:
        update_contract_file(tmp_path, recorded("k1"), PASSED)

    assert str(caught.value) == (
        f"{path} holds merge-conflict markers.\n\n"
        "  first in line   2\n\n"
        "Take either side of each conflict, then run the consumer's tests again: they write the rest."
    )


def test_what_cannot_be_written_is_told_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "contracts").write_text("a file")

    with pytest.raises(ContractFileError) as caught:
        update_contract_file(tmp_path / "contracts", recorded("k1"), PASSED)

    assert str(caught.value) == (
        "The contract file cannot be read.\n\n"
        f"  file     {tmp_path}/contracts/shop-orders.json\n"
        "  reason   Not a directory\n\n"
        "Mend that, then run the tests again; the file is as it was."
    )


def test_files_that_are_no_contracts_are_passed_over(tmp_path: Path) -> None:
    update_contract_file(tmp_path, recorded("k1"), PASSED)
    (tmp_path / "schema.json").write_text("{}")
    (tmp_path / "broken.json").write_text("<<<<<<< HEAD")

    assert [contract.provider for contract in recorded_contracts(tmp_path)] == ["orders"]
