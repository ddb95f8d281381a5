"""A scribe on the openai package: models that are made of whatever came, and None where it lacks."""

import pytest

DEFINITION = "openai.yaml"

BESIDE = ["openai_scribe.py"]

REACTIONS = ["an undeclared status"]

TRUTH = {
    "test_an_answer": {
        "createChatCompletion": {
            "needed": ["choices", "choices[*].message", "choices[*].message.content"],
            "may_lack": ["choices[*].finish_reason"],
            "members": {"choices[*].finish_reason": ["stop", "content_filter"]},
            "non_empty": ["choices"],
        },
    },
    "test_an_answer_or_a_refusal": {
        "createChatCompletion": {
            "needed": ["choices", "choices[*].message"],
            "any_of": [["choices[*].message.content", "choices[*].message.refusal"]],
        },
    },
    "test_dimensions": {
        "createEmbedding": {
            "needed": ["data", "data[*].index", "data[*].embedding"],
            "non_empty": ["data"],
        },
    },
}


@pytest.fixture
def stub(contract_stub):
    return contract_stub("orders")


@pytest.fixture
def client(stub):
    from openai_scribe import connect

    with connect(stub.url) as client:
        yield client


def test_an_answer(client, stub):
    from openai_scribe import answer

    message = {"role": "assistant", "content": " Tea. "}
    stub.on("createChatCompletion").reply(200, {"choices": [{"index": 0, "finish_reason": "stop", "message": message}]})
    assert answer(client, "Tea or coffee?") is not None


def test_an_answer_or_a_refusal(client, stub):
    from openai_scribe import anything

    message = {"role": "assistant", "content": "Tea.", "refusal": "No."}
    stub.on("createChatCompletion").reply(200, {"choices": [{"index": 0, "finish_reason": "stop", "message": message}]})
    assert anything(client, "Tea?") is not None


def test_dimensions(client, stub):
    from openai_scribe import dimensions

    made = [{"index": 1, "embedding": [0.5]}, {"index": 0, "embedding": [0.25]}]
    stub.on("createEmbedding").reply(200, {"data": made})
    assert dimensions(client, ["tea", "coffee"])
