"""A shop's till on the stripe package."""

import stripe

_ADVICE = {"card_declined": "ask for another card", "expired_card": "ask for the new card"}


def receipt(number):
    charge = stripe.Charge.retrieve(number)
    if not charge.paid:
        raise LookupError(f"{number} is not paid")
    return f"{charge.amount / 100:.2f} {charge.currency.upper()}"


def addresses():
    pages = stripe.Customer.list(limit=2)
    return [customer.email for customer in pages.auto_paging_iter() if customer.email]


def charge(amount, source):
    try:
        return stripe.Charge.create(amount=amount, currency="eur", source=source).id
    except stripe.error.CardError as declined:
        return _ADVICE[declined.code]
