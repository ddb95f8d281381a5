"""Loading: applications and states from the provider's files, and ten ways in which that fails."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from contractkit.errors import UsageError
from contractkit.verification.loading import is_wsgi, load_application, load_states


@pytest.fixture(autouse=True)
def forgotten_modules() -> Iterator[None]:
    modules, path = set(sys.modules), list(sys.path)
    yield
    for name in set(sys.modules) - modules:
        del sys.modules[name]
    sys.path[:] = path


def test_an_application_is_found_by_its_place(tmp_path: Path) -> None:
    (tmp_path / "some_shop.py").write_text("class Service:\n    async def app(scope, receive, send): ...\n")
    assert load_application("some_shop:Service.app", root=tmp_path).__name__ == "app"


def test_a_place_of_another_form_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        load_application("some_shop.app", root=tmp_path)
    assert str(caught.value) == (
        "The application's place cannot be used.\n\n"
        "  expected   package.module:attribute, for example shop.app:app\n"
        "  received   some_shop.app"
    )


def test_a_module_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        load_application("absent_shop:app", root=tmp_path)
    assert str(caught.value) == (
        "The provider's application cannot be loaded.\n\n"
        "  application   absent_shop:app\n"
        "  reason        ModuleNotFoundError: No module named 'absent_shop'\n\n"
        f"Modules are looked for in {tmp_path}."
    )


def test_a_module_that_raises_is_said_so_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "broken_shop.py").write_text("\n1 / 0\n")
    with pytest.raises(UsageError) as caught:
        load_application("broken_shop:app", root=tmp_path)
    assert caught.value.explanation.details == (
        ("application", "broken_shop:app"),
        ("reason", "ZeroDivisionError: division by zero"),
        ("at", f"{tmp_path / 'broken_shop.py'}:2"),
    )


def test_an_attribute_that_is_not_there_suggests_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "other_shop.py").write_text("application = print\n")
    with pytest.raises(UsageError) as caught:
        load_application("other_shop:aplication", root=tmp_path)
    assert str(caught.value) == (
        "The module other_shop has no 'aplication'.\n\n"
        "  application   other_shop:aplication\n\n"
        "Did you mean application?"
    )


def test_an_attribute_that_cannot_be_called_is_no_application(tmp_path: Path) -> None:
    (tmp_path / "flat_shop.py").write_text("app = 7\n")
    with pytest.raises(UsageError) as caught:
        load_application("flat_shop:app", root=tmp_path)
    assert str(caught.value) == (
        "flat_shop:app is no application.\n\n"
        "  expected   a callable taking scope, receive and send (ASGI), or environ and start_response (WSGI)\n"
        "  received   int"
    )


def test_a_function_that_needs_no_argument_makes_the_application(tmp_path: Path) -> None:
    (tmp_path / "made_shop.py").write_text(
        "async def app(scope, receive, send): ...\ndef create(debug=False):\n    return app\n"
    )
    assert load_application("made_shop:create", root=tmp_path).__name__ == "app"


def test_a_wsgi_application_is_told_from_an_asgi_one(tmp_path: Path) -> None:
    source = "def flask(environ, start_response): ...\nasync def starlette(scope, receive, send): ...\n"
    (tmp_path / "two_shops.py").write_text(source)
    assert is_wsgi(load_application("two_shops:flask", root=tmp_path)) is True
    assert is_wsgi(load_application("two_shops:starlette", root=tmp_path)) is False


def test_a_function_of_other_parameters_is_no_application(tmp_path: Path) -> None:
    (tmp_path / "view_shop.py").write_text("def app(request): ...\n")
    with pytest.raises(UsageError) as caught:
        load_application("view_shop:app", root=tmp_path)
    assert str(caught.value) == (
        "view_shop:app is no application.\n\n"
        "  expected   a callable taking scope, receive and send (ASGI), or environ and start_response (WSGI)\n"
        "  received   a callable taking request\n\n"
        "Run it under its own server, and verify it there with --url."
    )


def test_an_application_that_cannot_be_made_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "unmade_shop.py").write_text("def create():\n    raise RuntimeError('no database')\n")
    with pytest.raises(UsageError) as caught:
        load_application("unmade_shop:create", root=tmp_path)
    assert caught.value.explanation.details == (
        ("application", "unmade_shop:create"),
        ("reason", "RuntimeError: no database"),
        ("at", f"{tmp_path / 'unmade_shop.py'}:2"),
    )


@pytest.mark.parametrize("place", ["provider_states.py", "provider_states"])
def test_states_come_from_a_file_or_a_module(tmp_path: Path, place: str) -> None:
    (tmp_path / "provider_states.py").write_text(
        "from contractkit import provider_state\n\n@provider_state('order exists')\ndef order_exists(): ...\n"
        "\n@provider_state.for_operation('getOrder')\ndef order(): ...\n"
    )
    states = load_states(place, root=tmp_path)
    assert (states.names, states.operations) == (("order exists",), ("getOrder",))


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        load_states("states.py", root=tmp_path)
    assert str(caught.value) == f"The file of provider states is not there.\n\n  file   {tmp_path / 'states.py'}"


def test_a_file_without_states_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "empty_states.py").write_text("")
    with pytest.raises(UsageError) as caught:
        load_states("empty_states.py", root=tmp_path)
    assert str(caught.value) == (
        'empty_states.py declares no provider state.\n\nDeclare one: @provider_state("order exists") above a function.'
    )


def test_a_file_of_filters_is_no_file_of_states(tmp_path: Path) -> None:
    (tmp_path / "mere_filters.py").write_text(
        "from contractkit import request_filter\n\n@request_filter\ndef sign(request): ...\n"
    )
    with pytest.raises(UsageError) as caught:
        load_states("mere_filters.py", root=tmp_path)
    assert str(caught.value) == (
        "mere_filters.py declares no provider state.\n\n"
        "It has request filters: name it with --filters, or as `filters` in the settings, and not as states."
    )


def test_what_a_file_of_states_raises_in_a_library_is_placed_in_the_file(tmp_path: Path) -> None:
    (tmp_path / "eager_states.py").write_text("import os\n\nURL = os.environ['URL_THAT_NOBODY_SET']\n")
    with pytest.raises(UsageError) as caught:
        load_states("eager_states.py", root=tmp_path)
    assert str(caught.value) == (
        "The provider's states cannot be loaded.\n\n"
        "  states   eager_states.py\n"
        "  reason   KeyError: 'URL_THAT_NOBODY_SET'\n"
        f"  at       {tmp_path / 'eager_states.py'}:3"
    )


def test_a_file_that_is_not_python_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "wrong_states.py").write_text("def order exists():\n")
    with pytest.raises(UsageError) as caught:
        load_states("wrong_states.py", root=tmp_path)
    assert caught.value.explanation.summary == "The provider's states cannot be loaded."
    assert "SyntaxError" in str(caught.value)
