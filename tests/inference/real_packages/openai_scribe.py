"""A scribe on the openai package."""

import openai


def connect(url):
    return openai.OpenAI(base_url=url, api_key="sk-never_recorded", max_retries=0)


def answer(client, question):
    asked = [{"role": "user", "content": question}]
    choice = client.chat.completions.create(model="gpt-4o", messages=asked).choices[0]
    if choice.finish_reason == "length":
        raise ValueError("the answer was cut off")
    return choice.message.content.strip()


def anything(client, question):
    asked = [{"role": "user", "content": question}]
    said = [choice.message for choice in client.chat.completions.create(model="gpt-4", messages=asked).choices]
    return [(message.content or message.refusal).strip() for message in said]


def dimensions(client, texts):
    made = client.embeddings.create(model="text-embedding-3-small", input=texts, encoding_format="float")
    return [len(each.embedding) for each in sorted(made.data, key=lambda each: each.index)]
