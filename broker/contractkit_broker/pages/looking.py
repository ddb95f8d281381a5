"""Pages for looking: what a few letters may mean, and how one interaction fared over the provider's versions."""

from contractkit.explain.interactions import summary
from contractkit_broker.api.outcomes import asked_fortune
from contractkit_broker.api.search import asked_search
from contractkit_broker.pages.rendering import in_sentences, lost, render_page
from contractkit_broker.service.results import mismatch_words
from contractkit_broker.service.search import MOST
from contractkit_broker.store.histories import PastOutcome
from contractkit_broker.web import Call, Refusal, Reply


def get_search_page(call: Call) -> Reply:
    """Show what was found, or ask what is looked for."""
    asked = (call.parameter("q") or "").strip()
    try:
        found = asked_search(call) if asked else None
    except Refusal as refusal:
        raise lost(call, in_sentences(refusal.reply.body)) from None
    return render_page(call, "search.html", asked=asked, found=found, most=MOST)


def get_history_page(call: Call) -> Reply:
    """Show how one interaction fared, the newest verification first."""
    try:
        with call.database.reading() as connection:
            fortune = asked_fortune(call, connection)
    except Refusal as refusal:
        raise lost(call, in_sentences(refusal.reply.body)) from None
    older = call.href("ui", "interactions", *_at(call), before=str(fortune.before)) if fortune.before else None
    return render_page(
        call,
        "history.html",
        consumer=call.path["consumer"],
        provider=call.path["provider"],
        identity=call.path["interaction"],
        fortune=fortune,
        summary=summary(fortune.interaction) if fortune.interaction is not None else None,
        words={each.verification_id: _words(each) for each in fortune.outcomes},
        older=older,
    )


def _at(call: Call) -> tuple[str, str, str]:
    return call.path["provider"], call.path["consumer"], call.path["interaction"]


def _words(outcome: PastOutcome) -> tuple[str, ...]:
    found = (*outcome.mismatches, *outcome.errors)
    return tuple(mismatch_words({"description": each.get("message"), **each}) for each in found)
