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
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path, environment={})
    assert str(caught.value) == (
        "The settings cannot be used.\n\n"
        f"  file          {tmp_path / 'pyproject.toml'}\n"
        "  wrong value   timeout in [tool.contractkit.provides.orders]\n"
        "  expected      seconds, more than 0\n"
        '  received      "soon"\n\n'
        "Write for example: timeout = 10"
    )


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


_PORT = "a port from 0 to 65535, where 0 takes a free one"
_VARIABLE = 'the name of an environment variable: letters, digits and "_", no digit first'


@pytest.mark.parametrize(
    ("table", "line", "expected", "received", "next_step"),
    [
        ("providers.orders", "port = 70000", _PORT, "70000", "Write for example: port = 8080"),
        ("providers.orders", 'port = "8080"', _PORT, '"8080"', "Write for example: port = 8080"),
        ("providers.orders", "grpc_port = -1", _PORT, "-1", "Write for example: grpc_port = 50051"),
        (
            "providers.orders",
            'url_variable = "1A"',
            _VARIABLE,
            '"1A"',
            'Write for example: url_variable = "ORDERS_URL"',
        ),
        (
            "providers.orders",
            "headers = { a = 1 }",
            "a list of texts",
            '{"a":1}',
            'Write for example: headers = ["X-Tenant"]',
        ),
        (
            "providers.orders",
            'check_credentials = "no"',
            "true or false",
            '"no"',
            "Write for example: check_credentials = false",
        ),
        (
            "providers.orders",
            "faults = 503",
            "a table by operation",
            "503",
            "Write for example: faults = { getOrder = { status = 503, every = 10 } }",
        ),
        (
            "providers.orders.faults",
            "getOrder = 503",
            "a table",
            "503",
            "Write for example: getOrder = { status = 503, every = 10 }",
        ),
        ("providers.orders", "base_url = 2026-01-01", "a text", "2026-01-01", ""),
        ("providers.orders", 'base_url = " "', "a text that is not empty", '" "', ""),
        ("", 'consumer = ""', "a text that is not empty", '""', ""),
        ("provides.orders", "timeout = 0", "seconds, more than 0", "0", "Write for example: timeout = 10"),
        ("", "broker_timeout = nan", "seconds, more than 0", "nan", "Write for example: broker_timeout = 30"),
        ("", "broker_token = 7", "a text", '"[credential]"', ""),
        ("", "contracts = [1]", "a path", "[1]", 'Write for example: contracts = "contracts"'),
        (
            "",
            'providers = ["orders.yaml"]',
            "a table by name",
            '["orders.yaml"]',
            'Write for example: providers = { orders = { definition = "orders.yaml" } }',
        ),
        (
            "providers",
            'orders = "orders.yaml"',
            "a table",
            '"orders.yaml"',
            'Write for example: orders = { definition = "orders.yaml" }',
        ),
    ],
)
def test_a_wrong_value_is_told_with_its_place_and_an_example(
    tmp_path: Path, table: str, line: str, expected: str, received: str, next_step: str
) -> None:
    name = ".".join(filter(None, ["tool.contractkit", table]))
    needed = '[tool.contractkit.providers.orders]\ndefinition = "orders.yaml"\n' if "faults" in table else ""
    own = 'definition = "orders.yaml"\n' if table == "providers.orders" else ""
    project(tmp_path, f"{needed}[{name}]\n{own}{line}\n")
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path, environment={})

    assert caught.value.explanation.details == (
        ("file", str(tmp_path / "pyproject.toml")),
        ("wrong value", f"{line.partition(' =')[0]} in [{name}]"),
        ("expected", expected),
        ("received", received),
    )
    assert caught.value.explanation.next_step == next_step


def test_a_wrong_variable_is_named_and_no_key_of_the_file(tmp_path: Path) -> None:
    root = project(tmp_path, "[tool.contractkit]\nbroker_timeout = 5\n")
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path, environment={"CONTRACTKIT_BROKER_TIMEOUT": "soon"})

    assert str(caught.value) == (
        "The settings cannot be used.\n\n"
        f"  file          {root / 'pyproject.toml'}\n"
        "  wrong value   CONTRACTKIT_BROKER_TIMEOUT in the environment\n"
        "  expected      seconds, more than 0\n"
        '  received      "soon"\n\n'
        "Set for example CONTRACTKIT_BROKER_TIMEOUT=30."
    )


@pytest.mark.parametrize(
    ("line", "received"), [('contractkit = "web-shop"', '"web-shop"'), ("contractkit = [1]", "[1]")]
)
def test_settings_that_are_no_table_are_told(tmp_path: Path, line: str, received: str) -> None:
    root = project(tmp_path, f"[tool]\n{line}\n")
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path, environment={})

    assert str(caught.value) == (
        "The settings cannot be used.\n\n"
        f"  file          {root / 'pyproject.toml'}\n"
        "  wrong value   [tool.contractkit]\n"
        "  expected      a table\n"
        f"  received      {received}\n\n"
        'Write for example:\n\n[tool.contractkit]\nconsumer = "web-shop"'
    )


def test_what_the_file_itself_decides_is_no_key(tmp_path: Path) -> None:
    project(tmp_path, '[tool.contractkit]\nroot = "src"\n')
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path, environment={})

    assert caught.value.explanation.details[1] == ("unknown key", "root in [tool.contractkit]")
    assert caught.value.explanation.next_step == "Take it out: paths start from the directory of pyproject.toml."


def test_a_provider_without_definition_is_told_the_line_to_add(tmp_path: Path) -> None:
    project(tmp_path, "[tool.contractkit.providers.orders]\nport = 8080\n")
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path, environment={})

    assert caught.value.explanation.details[1] == ("missing key", "definition in [tool.contractkit.providers.orders]")
    assert caught.value.explanation.next_step == 'Add: definition = "path/to/orders.yaml"'


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
        "  wrong value   contracts in [tool.contractkit.provides.orders]\n"
        "  expected      a list of texts\n"
        "  received      7\n\n"
        'Write for example: contracts = ["contracts"]'
    )


def test_an_element_of_a_list_is_named_with_its_number(tmp_path: Path) -> None:
    project(tmp_path, '[tool.contractkit.provides.orders]\ncontracts = ["a", 7]\n')
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path, environment={})
    assert caught.value.explanation.details[1:] == (
        ("wrong value", "contracts[1] in [tool.contractkit.provides.orders]"),
        ("expected", "a text"),
        ("received", "7"),
    )


def test_the_file_that_was_read_is_named_or_that_there_was_none(tmp_path: Path) -> None:
    assert load_settings(tmp_path, environment={}).origin == (
        f"none: no pyproject.toml with [tool.contractkit] from {tmp_path.resolve()} upwards"
    )
    inside = tmp_path / "tests"
    inside.mkdir()
    root = project(tmp_path, '[tool.contractkit]\nconsumer = "web-shop"\n')
    assert load_settings(inside, environment={}).origin == str(root / "pyproject.toml")
