from pathlib import Path

import pytest

from contractkit.errors import SettingsError
from contractkit.settings import ProviderSettings, load_settings


def project(folder: Path, text: str) -> Path:
    (folder / "pyproject.toml").write_text(text)
    return folder


def test_settings_are_found_in_a_parent_directory(tmp_path: Path) -> None:
    root = project(tmp_path, '[tool.contractkit]\nconsumer = "web-shop"\n')
    inside = tmp_path / "src" / "deep"
    inside.mkdir(parents=True)
    settings = load_settings(inside, environment={})
    assert (settings.consumer, settings.root, settings.contracts_directory) == ("web-shop", root, root / "contracts")


def test_options_win_over_variables_and_variables_over_the_file(tmp_path: Path) -> None:
    project(tmp_path, '[tool.contractkit]\nbroker = "http://file"\nbranch = "file"\nconsumer = "file"\n')
    environment = {"CONTRACTKIT_BROKER": "http://variable", "CONTRACTKIT_BRANCH": "variable", "OTHER": "x"}
    settings = load_settings(tmp_path, environment=environment, overrides={"broker": "http://option", "branch": None})
    assert (settings.broker, settings.branch, settings.consumer) == ("http://option", "variable", "file")


def test_an_unknown_key_suggests_the_nearest(tmp_path: Path) -> None:
    root = project(tmp_path, '[tool.contractkit.providers.orders]\ndefintion = "orders.yaml"\n')
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path, environment={})
    assert str(caught.value) == (
        "The settings cannot be used.\n\n"
        f"  file          {root / 'pyproject.toml'}\n"
        "  missing key   definition in [tool.contractkit.providers.orders]\n"
        "  unknown key   defintion in [tool.contractkit.providers.orders]\n\n"
        "Did you mean definition?"
    )


def test_a_value_of_the_wrong_form_is_named_with_what_was_received(tmp_path: Path) -> None:
    project(tmp_path, '[tool.contractkit.provides.orders]\ntimeout = "soon"\n')
    with pytest.raises(SettingsError, match=r"timeout in \[tool\.contractkit\.provides\.orders\]: .* received 'soon'"):
        load_settings(tmp_path, environment={})


def test_a_file_that_is_not_toml_is_named(tmp_path: Path) -> None:
    project(tmp_path, "[tool.contractkit\n")
    with pytest.raises(SettingsError, match=r"pyproject\.toml is not TOML"):
        load_settings(tmp_path, environment={})


def test_an_unset_provider_is_answered_with_the_lines_to_add(tmp_path: Path) -> None:
    settings = load_settings(tmp_path, environment={})
    with pytest.raises(SettingsError) as caught:
        settings.provider("orders")
    assert caught.value.explanation.next_step == (
        'Add:\n\n[tool.contractkit.providers.orders]\ndefinition = "path/to/orders.yaml"'
    )


def test_a_misspelt_provider_suggests_the_nearest(tmp_path: Path) -> None:
    project(tmp_path, '[tool.contractkit.providers.orders]\ndefinition = "orders.yaml"\n')
    settings = load_settings(tmp_path, environment={})
    assert settings.provider("orders") == ProviderSettings(definition="orders.yaml")
    with pytest.raises(SettingsError) as caught:
        settings.provider("order")
    assert caught.value.explanation.next_step == "Did you mean orders?"


def test_the_token_is_read_from_its_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("s3cret\n")
    assert load_settings(tmp_path, environment={"CONTRACTKIT_BROKER_TOKEN_FILE": "token"}).token() == "s3cret"
    with pytest.raises(SettingsError, match="token file cannot be read"):
        load_settings(tmp_path, environment={"CONTRACTKIT_BROKER_TOKEN_FILE": "absent"}).token()


def test_an_empty_token_file_is_not_taken_for_no_token(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("\n")
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path, environment={"CONTRACTKIT_BROKER_TOKEN_FILE": "token"}).token()
    assert str(caught.value) == "The broker's token file is empty.\n\n  file   token"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[tool]\ncontractkit = "web-shop"\n', "[tool.contractkit]: expected a table, received 'web-shop'"),
        ("[tool]\ncontractkit = [1]\n", "[tool.contractkit]: expected a table, received [1]"),
        ("[tool.contractkit.providers]\norders = 7\n", "orders in [tool.contractkit.providers]: "),
        ("[tool.contractkit.provides.orders]\ntimeout = 'x'\n", "timeout in [tool.contractkit.provides.orders]: "),
    ],
)
def test_a_table_of_the_wrong_form_is_named(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(SettingsError) as refused:
        load_settings(tmp_path, environment={})
    assert told in str(refused.value)


def test_windows_line_ends_and_a_byte_order_mark_are_read(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(b'\xef\xbb\xbf[tool.contractkit]\r\nconsumer = "web-shop"\r\n')
    assert load_settings(tmp_path, environment={}).consumer == "web-shop"


def test_one_text_stands_for_a_list_of_one(tmp_path: Path) -> None:
    project(tmp_path, '[tool.contractkit.provides.orders]\ncontracts = "shared/contracts"\n')
    assert load_settings(tmp_path, environment={}).provides["orders"].contracts == ("shared/contracts",)


def test_what_is_no_list_is_told_in_the_words_of_toml(tmp_path: Path) -> None:
    root = project(tmp_path, "[tool.contractkit.provides.orders]\ncontracts = 7\n")
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path, environment={})
    assert str(caught.value) == (
        "The settings cannot be used.\n\n"
        f"  file          {root / 'pyproject.toml'}\n"
        "  wrong value   contracts in [tool.contractkit.provides.orders]: expected a list of texts, received 7"
    )


def test_an_element_of_a_list_is_named_with_its_number(tmp_path: Path) -> None:
    project(tmp_path, '[tool.contractkit.provides.orders]\ncontracts = ["a", 7]\n')
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path, environment={})
    told = "contracts[1] in [tool.contractkit.provides.orders]: expected a text, received 7"
    assert ("wrong value", told) in caught.value.explanation.details


def test_the_file_that_was_read_is_named_or_that_there_was_none(tmp_path: Path) -> None:
    assert load_settings(tmp_path, environment={}).origin == (
        f"none: no pyproject.toml with [tool.contractkit] from {tmp_path.resolve()} upwards"
    )
    inside = tmp_path / "tests"
    inside.mkdir()
    root = project(tmp_path, '[tool.contractkit]\nconsumer = "web-shop"\n')
    assert load_settings(inside, environment={}).origin == str(root / "pyproject.toml")
