import importlib
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from contractkit.cli import main as main_module
from contractkit.cli.main import run


def test_a_misspelt_verb_suggests_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verfy"]) == 2
    assert "No such verb: verfy. Did you mean verify?" in capsys.readouterr().err


def test_an_extra_that_is_not_installed_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(main_module, "_added_verbs", lambda: ())
    assert run(["broker"]) == 2
    assert "`broker` is not installed. pip install 'contractkit-cdct[broker]'" in capsys.readouterr().err


def test_every_verb_has_a_help_text(capsys: pytest.CaptureFixture[str]) -> None:
    for verb in [*main_module.VERBS, *main_module.EXTRAS]:
        assert run([verb, "--help"]) == 0
        assert f"Usage: contractkit {verb}" in capsys.readouterr().out


def test_the_list_of_verbs_says_something_of_each(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    shown = capsys.readouterr().out
    assert {*main_module.SENTENCES} == {*main_module.VERBS, *main_module.EXTRAS}
    for verb, sentence in main_module.SENTENCES.items():
        assert f"  {verb} " in shown
        assert sentence in " ".join(shown.split())


def test_the_version_is_that_of_the_distribution(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"contractkit {version('contractkit-cdct')}\n"


@pytest.mark.parametrize(
    ("arguments", "needless"),
    [
        (["--version"], {"contractkit.settings", "contractkit.model", "httpx", "msgspec", "asyncio"}),
        (["--help"], {"contractkit.settings", "contractkit.model", "httpx", "msgspec", "asyncio"}),
        (["stub", "none.yaml"], {"pydantic", "httpx", "jsonschema_rs", "contractkit.document", "importlib.metadata"}),
        (["stub", "--help"], {"pydantic", "httpx", "jsonschema_rs", "contractkit.document"}),
    ],
)
def test_nobody_pays_for_what_they_do_not_use(arguments: list[str], needless: set[str], tmp_path: Path) -> None:
    program = (
        "import sys; from contractkit.cli.main import run; "
        f"run({arguments!r}); print('loaded', *sys.modules, file=sys.stderr)"
    )
    ended = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    loaded = set(ended.stderr.splitlines()[-1].split())
    assert "contractkit.cli.main" in loaded
    assert needless & loaded == set()


def test_the_unrelated_project_of_the_same_import_name_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    installed = tmp_path / "contractkit-0.3.0.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.4\nName: contractkit\nVersion: 0.3.0\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    assert run(["show", "any.json"]) == 2
    assert capsys.readouterr().err == (
        "Another project's package named 'contractkit' is installed over this one.\n\n"
        "  installed   contractkit 0.3.0, which is unrelated\n"
        "  wanted      contractkit-cdct\n"
        "  why         both install the import package `contractkit`, and the later one overwrites the earlier\n\n"
        "pip uninstall contractkit contractkit-cdct\npip install contractkit-cdct\n"
    )


def test_our_own_fault_is_told_from_the_user_s(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> tuple[object, ...]:
        raise RuntimeError("planted")

    monkeypatch.delenv("CONTRACTKIT_DEBUG", raising=False)
    monkeypatch.setattr(main_module, "_added_verbs", fail)
    assert run(["shw"]) == 5
    assert "RuntimeError: planted" in capsys.readouterr().err


def test_what_ends_the_process_from_within_is_never_taken_for_success(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def leave() -> tuple[object, ...]:
        raise SystemExit(0)

    monkeypatch.setattr(main_module, "_added_verbs", leave)
    assert run(["shw"]) == 2
    assert "ended the process (SystemExit); nothing was decided.\n" in capsys.readouterr().err
