"""Client packages that nobody here wrote, against stubs of the providers' own definitions."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from contractkit.document import load_contract
from contractkit.model import Contract, HttpCall, JsonBody, media_type_of

CALLS = Path(__file__).parent

STRIPE = {
    "DeleteCustomersCustomer",
    "GetBalance",
    "GetChargesCharge",
    "GetCustomers",
    "GetCustomersCustomer",
    "GetInvoices",
    "PostCharges",
    "PostCustomers",
    "PostCustomersCustomer",
    "PostRefunds",
    "PostSubscriptions",
}
GITHUB = {
    "issues/create",
    "issues/create-comment",
    "issues/get",
    "issues/list-for-repo",
    "issues/update",
    "pulls/list",
    "rate-limit/get",
    "repos/create-release",
    "repos/get",
    "repos/get-commit",
    "repos/list-branches",
    "search/repos",
    "users/get-by-username",
}
TWILIO = {
    "CreateCall",
    "CreateIncomingPhoneNumber",
    "CreateMessage",
    "DeleteIncomingPhoneNumber",
    "DeleteMessage",
    "FetchAccount",
    "FetchConference",
    "FetchMessage",
    "ListAvailablePhoneNumberLocal",
    "ListCall",
    "ListMedia",
    "ListMessage",
    "ListUsageRecordLastMonth",
    "UpdateCall",
    "UpdateMessage",
}
OPENAI = {
    "cancelBatch",
    "createChatCompletion",
    "createEmbedding",
    "createFile",
    "createImage",
    "createModeration",
    "createResponse",
    "createSpeech",
    "createTranscription",
    "createVectorStore",
    "deleteFile",
    "listFiles",
    "listModels",
    "retrieveModel",
    "searchVectorStore",
}


def recorded(folder: Path, calls: str, provider: str, definition: Path) -> Contract:
    (folder / "pyproject.toml").write_text(
        f'[tool.contractkit]\nconsumer = "client"\n\n[tool.contractkit.providers.{provider}]\n'
        f'definition = "{definition}"\n'
    )
    shutil.copy(CALLS / calls, folder / "test_calls.py")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-W", "ignore", "--contract-needs=off", "test_calls.py"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout
    file = folder / "contracts" / f"client-{provider}.json"
    assert b"never_recorded" not in file.read_bytes()
    return load_contract(file.read_bytes(), origin=file.name)


def operations(contract: Contract) -> set[str | None]:
    return {each.operation for each in contract.interactions}


@pytest.mark.slow
def test_the_stripe_package_is_answered_by_a_stub_of_stripe_s_document(
    tmp_path: Path, test_data: Callable[[str], Path]
) -> None:
    contract = recorded(
        tmp_path, "stripe_calls.py", "stripe", test_data("definitions/real/openapi/stripe-2022-04-12.json.gz")
    )
    assert operations(contract) == STRIPE
    calls = [each.exchange for each in contract.interactions if isinstance(each.exchange, HttpCall)]
    assert len(calls) == 13
    assert {call.response.status for call in calls} == {200, 402}


@pytest.mark.slow
def test_pygithub_is_answered_by_a_stub_of_github_s_document(tmp_path: Path, test_data: Callable[[str], Path]) -> None:
    contract = recorded(
        tmp_path, "github_calls.py", "github", test_data("definitions/real/openapi/github-api-2022-07-18.json.gz")
    )
    assert operations(contract) == GITHUB
    calls = [each.exchange for each in contract.interactions if isinstance(each.exchange, HttpCall)]
    assert {call.response.status for call in calls} == {200, 201, 404}


@pytest.mark.slow
def test_the_twilio_package_is_answered_by_a_stub_of_twilio_s_document(
    tmp_path: Path, test_data: Callable[[str], Path]
) -> None:
    contract = recorded(
        tmp_path, "twilio_calls.py", "twilio", test_data("definitions/real/openapi/twilio-api-v2010.json")
    )
    assert operations(contract) == TWILIO
    calls = [each.exchange for each in contract.interactions if isinstance(each.exchange, HttpCall)]
    assert len(calls) == 16
    assert {call.response.status for call in calls} == {200, 201, 204}


@pytest.mark.slow
def test_the_openai_package_is_answered_by_a_stub_of_openai_s_document(
    tmp_path: Path, test_data: Callable[[str], Path]
) -> None:
    contract = recorded(tmp_path, "openai_calls.py", "openai", test_data("definitions/real/openapi/openai-2.3.0.json"))
    assert operations(contract) == OPENAI
    calls = [each.exchange for each in contract.interactions if isinstance(each.exchange, HttpCall)]
    assert len(calls) == 18
    kinds = {media_type_of(call.request.body) for call in calls}
    assert {(kind or "nothing").partition(";")[0] for kind in kinds} == {
        "application/json",
        "multipart/form-data",
        "nothing",
    }
    streamed = [call for call in calls if call.response.headers.get("content-type") == ("text/event-stream",)]
    assert [call.request.body.value["stream"] for call in streamed if isinstance(call.request.body, JsonBody)] == [True]
