"""Ten and more calls of the twilio package, as a user of it would test them; run by `test_real_clients`."""

from datetime import datetime

import pytest
from twilio.rest import Client

ACCOUNT = "AC00000000000000000000000000000000"
MESSAGE = "SM00000000000000000000000000000001"
CALL = "CA00000000000000000000000000000002"
NUMBER = "PN00000000000000000000000000000003"


@pytest.fixture
def stub(contract_stub):
    return contract_stub("twilio")


@pytest.fixture
def api(stub):
    client = Client(ACCOUNT, "never_recorded")
    client.api.base_url = stub.url
    return client.api.v2010.accounts(ACCOUNT)


def test_a_message_is_sent(api, stub):
    stub.on("CreateMessage").reply(201, {"status": "queued", "body": "Tea?"})
    message = api.messages.create(to="+15558675310", from_="+15017122661", body="Tea?")
    assert (message.status, message.body) == ("queued", "Tea?")


def test_a_message_with_pictures_is_sent(api):
    pictures = ["https://example.com/a.png", "https://example.com/b.png"]
    assert api.messages.create(to="+15558675310", messaging_service_sid=f"MG{'0' * 32}", media_url=pictures).sid


def test_a_message_is_read(api):
    assert api.messages(MESSAGE).fetch().sid == MESSAGE


def test_a_message_is_redacted(api):
    assert api.messages(MESSAGE).update(body="").sid == MESSAGE


def test_a_message_is_deleted(api):
    assert api.messages(MESSAGE).delete() is True


def test_messages_of_a_time_are_listed(api, stub):
    stub.on("ListMessage").reply(200, {"messages": [{"status": "sent"}, {"status": "failed"}]})
    listed = api.messages.list(to="+15558675310", date_sent_after=datetime(2026, 3, 1, 8, 30), page_size=20)
    assert [message.status for message in listed] == ["sent", "failed"]


def test_the_pictures_of_a_message_are_listed(api):
    assert all(picture.sid for picture in api.messages(MESSAGE).media.list(limit=2))


def test_a_call_is_made(api):
    call = api.calls.create(
        to="+15558675310", from_="+15017122661", url="https://example.com/voice.xml", status_callback_event=["answered"]
    )
    assert call.sid


def test_a_call_is_ended(api, stub):
    stub.on("UpdateCall").reply(200, {"status": "completed"})
    assert api.calls(CALL).update(status="completed").status == "completed"


def test_calls_in_progress_are_listed(api):
    assert all(call.sid for call in api.calls.list(status="in-progress", limit=2))


def test_a_number_is_bought_and_given_back(api):
    number = api.incoming_phone_numbers.create(phone_number="+15017122661", sms_url="https://example.com/sms")
    assert number.sid
    assert api.incoming_phone_numbers(NUMBER).delete() is True


def test_local_numbers_are_searched(api):
    numbers = api.available_phone_numbers("US").local.list(area_code=510, sms_enabled=True, limit=2)
    assert all(number.phone_number for number in numbers)


def test_the_account_is_read(api):
    assert api.fetch().sid == ACCOUNT


def test_usage_of_a_month_is_read(api):
    assert all(record.category for record in api.usage.records.last_month.list(category="sms", limit=2))


def test_a_conference_is_read(api, stub):
    stub.on("FetchConference").reply(200, {"status": "completed"})
    assert api.conferences(f"CF{'0' * 32}").fetch().status == "completed"
