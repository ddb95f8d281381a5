"""GitHub's current document, 13 MB, fetched from npm when the deep tests run: every operation answered and routed."""

import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from contractkit.sources import load_definition
from tests.definitions.test_real_documents import found_problems

PACKAGE = "@octokit/openapi@23.0.2"
OPERATIONS = 1_223


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    folder = tmp_path_factory.mktemp("npm")
    packed = subprocess.run(
        ["npm", "pack", "--silent", PACKAGE, "--pack-destination", folder],
        capture_output=True,
        text=True,
        check=False,
    )
    if packed.returncode != 0:
        pytest.skip(f"npm does not give {PACKAGE}: {packed.stderr.strip()[-200:]}")
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        archive.extract("package/generated/api.github.com.json", folder, filter="data")
    return folder / "package/generated/api.github.com.json"


@pytest.mark.deep
@pytest.mark.slow
def test_every_operation_of_the_current_github_is_answered_and_routed(document: Path) -> None:
    definition = load_definition(document).openapi
    problems = found_problems(definition, definition.operations)
    print(f"{PACKAGE}: {len(definition.operations)} operations, {len(problems)} exceptions {problems}")
    assert (len(definition.operations), problems) == (OPERATIONS, {})
