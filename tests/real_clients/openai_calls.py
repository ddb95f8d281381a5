"""Ten and more calls of the openai package, as a user of it would test them; run by `test_real_clients`."""

import io
import json

import openai
import pytest


@pytest.fixture
def stub(contract_stub):
    return contract_stub("openai")


@pytest.fixture
def api(stub):
    with openai.OpenAI(base_url=stub.url, api_key="sk-never_recorded", max_retries=0) as client:
        yield client


def test_a_chat_is_completed(api, stub):
    stub.on("createChatCompletion").reply(
        200, {"choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Tea."}}]}
    )
    completion = api.chat.completions.create(
        model="gpt-4o",
        messages=[{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Tea or coffee?"}],
        temperature=0.2,
    )
    assert completion.choices[0].message.content == "Tea."


def test_a_chat_is_streamed(api, stub):
    words = ("Te", "a.")
    chunks = [
        {"id": "chat-1", "object": "chat.completion.chunk", "created": 1, "model": "gpt-4o", "choices": [choice]}
        for word in words
        if (choice := {"index": 0, "delta": {"content": word}, "finish_reason": None})
    ]
    events = [*(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks), "data: [DONE]\n\n"]
    stub.on("createChatCompletion").reply(200, "".join(events), headers={"content-type": "text/event-stream"})
    asked = [{"role": "user", "content": "Tea?"}]
    with api.chat.completions.create(model="gpt-4o", messages=asked, stream=True) as stream:
        assert [chunk.choices[0].delta.content for chunk in stream] == list(words)


def test_a_tool_is_offered(api):
    tool = {
        "type": "function",
        "function": {"name": "brew", "parameters": {"type": "object", "properties": {"cups": {"type": "integer"}}}},
    }
    completion = api.chat.completions.create(
        model="gpt-4o", messages=[{"role": "user", "content": "Brew two cups."}], tools=[tool], tool_choice="auto"
    )
    assert completion.object == "chat.completion"


def test_a_response_is_asked_for_with_what_was_said_before(api):
    said = [
        {"role": "user", "content": "How many cups?"},
        {"type": "function_call", "call_id": "call_1", "name": "count", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "call_1", "output": "two"},
    ]
    assert api.responses.create(model="gpt-4o", input=said).object == "response"


def test_texts_are_embedded(api, stub):
    stub.on("createEmbedding").reply(
        200, {"data": [{"index": 0, "object": "embedding", "embedding": [0.1, -0.2]}], "object": "list"}
    )
    made = api.embeddings.create(model="text-embedding-3-small", input=["tea"], encoding_format="float")
    assert made.data[0].embedding == [0.1, -0.2]


def test_models_are_listed(api):
    assert all(model.object == "model" for model in api.models.list())


def test_a_model_is_read(api):
    assert api.models.retrieve("gpt-4o").id == "gpt-4o"


def test_a_file_is_uploaded(api):
    file = api.files.create(file=("tea.jsonl", io.BytesIO(b'{"cup": 1}\n')), purpose="fine-tune")
    assert file.object == "file"


def test_files_are_listed_page_by_page(api, stub):
    stub.on("listFiles").reply(200, {"data": [{"id": "file-1"}, {"id": "file-2"}], "has_more": True})
    stub.on("listFiles").reply(200, {"data": [{"id": "file-3"}], "has_more": False})
    assert [file.id for file in api.files.list(purpose="fine-tune", limit=2)] == ["file-1", "file-2", "file-3"]


def test_a_file_is_deleted(api):
    assert api.files.delete("file-1").id == "file-1"


def test_a_text_is_moderated(api):
    assert api.moderations.create(model="omni-moderation-latest", input="A quiet cup.").results


def test_a_picture_is_made(api):
    assert api.images.generate(model="gpt-image-1", prompt="A cup of tea", n=1, size="1024x1024").data


def test_speech_is_made(api):
    assert api.audio.speech.create(model="tts-1", voice="alloy", input="Tea is ready.").read()


def test_speech_is_transcribed(api):
    heard = api.audio.transcriptions.create(model="whisper-1", file=("tea.wav", io.BytesIO(b"RIFF")), language="en")
    assert heard.text


def test_a_vector_store_is_made_and_searched(api):
    store = api.vector_stores.create(name="teas", file_ids=["file-1"])
    assert store.object == "vector_store"
    assert api.vector_stores.search("vs_1", query="green", max_num_results=3).data


def test_a_batch_is_cancelled(api):
    assert api.batches.cancel("batch_1").object == "batch"
