"""A project in a larger repository: its contract is the same wherever pytest was started."""

import shutil
from typing import Any

import pytest

pytest_plugins = ["pytester"]

SHOP = "import httpx\n\ndef test_get(contract_stub):\n    httpx.get(contract_stub('orders').url + '/orders/7')\n"


@pytest.fixture
def repository(project: Any) -> Any:
    """Give a repository with pytest's settings at its root, and in it the projects `shop` and `kiosk`."""
    for name in ("shop", "kiosk"):
        project.write(f"{name}/pyproject.toml", (project.path / "pyproject.toml").read_text().replace("web-shop", name))
        shutil.copy(project.path / "orders.yaml", project.path / name / "orders.yaml")
        project.write(f"{name}/tests/test_{name}.py", SHOP)
    (project.path / "pyproject.toml").write_text("[tool.pytest.ini_options]\naddopts = '--import-mode=importlib'\n")
    return project


def evidence(repository: Any, name: str) -> bytes:
    data: bytes = (repository.path / name / "contracts" / f"{name}-orders.json").read_bytes()
    return data


def test_a_run_from_above_writes_the_bytes_of_a_run_from_inside(
    repository: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.run().assert_outcomes(passed=2)
    from_above = {name: evidence(repository, name) for name in ("shop", "kiosk")}
    for name in from_above:
        shutil.rmtree(repository.path / name / "contracts")
        monkeypatch.chdir(repository.path / name)
        repository.run(f"--rootdir={repository.path / name}").assert_outcomes(passed=1)

    assert {name: evidence(repository, name) for name in from_above} == from_above
    assert b'"tests/test_shop.py::test_get"' in from_above["shop"]
    assert b"shop/tests" not in from_above["shop"]


@pytest.mark.slow
def test_workers_write_the_same_bytes(repository: Any) -> None:
    repository.run().assert_outcomes(passed=2)
    in_one_process = evidence(repository, "shop")
    shutil.rmtree(repository.path / "shop" / "contracts")

    repository.run("-n", "2").assert_outcomes(passed=2)

    assert evidence(repository, "shop") == in_one_process


def test_tests_of_one_name_in_two_projects_own_what_they_recorded(repository: Any) -> None:
    for name in ("shop", "kiosk"):
        repository.write(f"{name}/tests/test_it.py", SHOP.replace("/7", "/8"))
    repository.run().assert_outcomes(passed=4)
    before = evidence(repository, "kiosk")
    repository.write("shop/tests/test_it.py", "def test_get():\n    pass\n")

    repository.run().assert_outcomes(passed=4)

    assert b"/orders/8" not in evidence(repository, "shop")
    assert evidence(repository, "kiosk") == before


def test_each_project_has_its_own_definition_of_one_name(repository: Any) -> None:
    other = (repository.path / "orders.yaml").read_text().replace("/orders/{id}:", "/parcels/{id}:")
    repository.write("kiosk/orders.yaml", other)
    repository.write("kiosk/tests/test_kiosk.py", SHOP.replace("/orders/7", "/parcels/7"))

    repository.run().assert_outcomes(passed=2)

    assert b'"/orders/7"' in evidence(repository, "shop")
    assert b'"/parcels/7"' in evidence(repository, "kiosk")


def test_a_test_file_that_is_gone_takes_its_interactions_along_from_above_too(repository: Any) -> None:
    repository.write("shop/tests/test_more.py", SHOP.replace("/7", "/8"))
    repository.run().assert_outcomes(passed=3)
    (repository.path / "shop/tests/test_more.py").unlink()

    repository.run().assert_outcomes(passed=2)

    assert b"/orders/8" not in evidence(repository, "shop")
    assert b"/orders/7" in evidence(repository, "shop")
