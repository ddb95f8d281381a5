"""A desk that sends text messages, on the twilio package."""

from twilio.rest import Client


def connect(url, account):
    client = Client(account, "never_recorded")
    client.api.base_url = url
    return client


def send(client, to, text):
    message = client.messages.create(to=to, from_="+15017122661", body=text)
    if message.status == "failed":
        raise ConnectionError(f"not sent to {to}")
    return message.sid


def sent_on(client, sid):
    return client.messages(sid).fetch().date_sent.date()


def failures(client):
    return {each.sid: each.error_code for each in client.messages.list(limit=1) if each.status == "failed"}
