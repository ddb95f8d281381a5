"""Selection: which contracts a provider version has to verify, why each was chosen, and which are pending."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from contractkit_broker.forms import SelectionForm, Selector
from contractkit_broker.service.selectors import known_environment
from contractkit_broker.store import applications, branching, contracts, environments, verifications
from contractkit_broker.store.records import Application, Publication, Version

_PLACES = ("deployed", "released", "deployed_or_released", "environment")
_BRANCHES = ("main_branch", "branch", "matching_branch")


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected:
    """A content to verify, once, with the publications that led to it; `reasons` say in words why."""

    publications: tuple[Publication, ...]
    reasons: tuple[str, ...]
    pending: bool
    wip: bool = False

    @property
    def newest(self) -> Publication:
        """Give the publication of the newest version."""
        return max(self.publications, key=lambda each: each.version.id)


Choice = tuple[Version, str]
"""A consumer version and why it was chosen, as a phrase."""


def check_selectors(form: SelectionForm) -> list[str]:
    """Give what is wrong with the selectors of a form, each message with the selector's index."""
    return [
        f"{message} (at index {index})"
        for index, selector in enumerate(form.consumer_version_selectors)
        for wrong, message in _SELECTOR_RULES
        if wrong(selector, form)
    ]


def select_contracts(connection: Connection, provider: Application, form: SelectionForm) -> tuple[Selected, ...]:
    """Give the contracts that a provider version has to verify, each content once.

    Raises:
        SelectorError: A selector names an unknown environment.
    """
    consumers = {consumer for consumer, _ in contracts.consumers_of(connection, [provider.id])}
    choices = [
        choice
        for selector in form.consumer_version_selectors
        for choice in _follow(connection, selector, form, provider, consumers)
    ] or list(default_choices(connection, provider, consumers) if not form.consumer_version_selectors else ())
    found = _join(connection, provider, form, choices)
    if not form.include_wip_pacts_since or not form.provider_version_branch:
        return found
    known = {each.newest.content for each in found}
    return (*found, *_work_in_progress(connection, provider, form, consumers, known))


def pending_contents(
    connection: Connection, provider: Application, content_rows: Collection[int], branch: str | None
) -> frozenset[int]:
    """Give the contents that are pending for a branch of a provider: nothing on it has accepted them yet.

    A content stops being pending once the branch verified it with success, or anything did before the branch began.
    Without a branch, any success counts.
    """
    if branch is None:
        return frozenset(content_rows) - verifications.succeeded(connection, content_rows)
    known = branching.branch_of(connection, provider.name, branch)
    if known is None:  # a branch that begins now: whatever was accepted before it holds for it
        return frozenset(content_rows) - verifications.succeeded(connection, content_rows)
    pending = frozenset(content_rows)
    if branch == provider.main_branch:  # it has accepted nearly everything; another branch, what was there before it
        pending -= verifications.succeeded_on_branch(connection, pending, known[0])
        return pending - verifications.succeeded(connection, pending, before=known[1])
    pending -= verifications.succeeded(connection, pending, before=known[1])
    return pending - verifications.succeeded_on_branch(connection, pending, known[0])


def _follow(
    connection: Connection, selector: Selector, form: SelectionForm, provider: Application, consumers: set[int]
) -> Iterator[Choice]:
    wanted = consumers
    if selector.consumer is not None:
        only = applications.find_application(connection, selector.consumer)
        wanted = {only.id} & consumers if only is not None else set()
    if not wanted:
        return
    if any(getattr(selector, name) for name in _PLACES):
        yield from _in_places(connection, selector, wanted)
    elif any(getattr(selector, name) for name in _BRANCHES):
        yield from _on_branches(connection, selector, form, wanted)
    elif selector.tag is not None:
        yield from _tagged(connection, selector, wanted)
    else:  # latest, or a consumer and nothing else
        yield from _newest(connection, provider, wanted)


def _in_places(connection: Connection, selector: Selector, consumers: set[int]) -> Iterator[Choice]:
    if selector.environment is not None:
        places = [known_environment(connection, selector.environment)]
    else:
        places = list(environments.list_environments(connection))
    kinds = {"deployment", "release"}
    if selector.deployed:
        kinds = {"deployment"}
    elif selector.released:
        kinds = {"release"}
    for each in environments.occupied(connection, [place.id for place in places], consumers):
        if each.kind in kinds:
            word = "deployed to" if each.kind == "deployment" else "released to"
            yield each.version, f"{word} {each.environment.name}"


def _on_branches(
    connection: Connection, selector: Selector, form: SelectionForm, consumers: set[int]
) -> Iterator[Choice]:
    if selector.main_branch:
        for version in applications.main_branch_heads(connection, consumers):
            yield version, "the newest of the main branch"
        return
    branch = selector.branch if isinstance(selector.branch, str) else form.provider_version_branch
    heads = applications.named_branch_heads(connection, consumers, branch or "")
    if selector.branch is True:
        heads = applications.every_branch_head(connection, consumers)
    for version in heads:
        yield version, "the newest of a branch" if selector.branch is True else f"the newest of the branch {branch}"
    if selector.fallback_branch is not None:
        rest = consumers - {version.application_id for version in heads}
        for version in applications.named_branch_heads(connection, rest, selector.fallback_branch):
            yield version, f"the newest of the branch {selector.fallback_branch}, for want of {branch}"


def _tagged(connection: Connection, selector: Selector, consumers: set[int]) -> Iterator[Choice]:
    assert selector.tag is not None
    newest = bool(selector.latest)
    found = applications.tagged_versions(connection, consumers, selector.tag, newest_only=newest)
    for version in found:
        yield version, f"tagged {selector.tag}"
    if selector.fallback_tag is not None:
        rest = consumers - {version.application_id for version in found}
        for version in applications.tagged_versions(connection, rest, selector.fallback_tag, newest_only=True):
            yield version, f"tagged {selector.fallback_tag}, for want of {selector.tag}"


def _newest(connection: Connection, provider: Application, consumers: set[int]) -> Iterator[Choice]:
    for each in contracts.newest_publications(connection, [(consumer, provider.id) for consumer in consumers]):
        yield each.version, "the newest of all"


def default_choices(connection: Connection, provider: Application, consumers: set[int]) -> Iterator[Choice]:
    """Give what is chosen where nothing was asked for: main branches, else the newest, and all that runs somewhere."""
    heads = applications.main_branch_heads(connection, consumers)
    published = contracts.publications_of(connection, [head.id for head in heads], [provider.id])
    for each in published:
        yield each.version, "the newest of the main branch"
    rest = consumers - {each.version.application_id for each in published}
    yield from _newest(connection, provider, rest)
    yield from _in_places(connection, Selector(deployed_or_released=True), consumers)


def _join(
    connection: Connection, provider: Application, form: SelectionForm, choices: Sequence[Choice]
) -> tuple[Selected, ...]:
    reasons: dict[int, list[str]] = {}
    for version, reason in choices:
        reasons.setdefault(version.id, []).append(reason)
    published = contracts.publications_of(connection, reasons.keys(), [provider.id])
    by_content: dict[int, list[Publication]] = {}
    for each in published:
        by_content.setdefault(each.content, []).append(each)
    pending: frozenset[int] = frozenset()
    if form.include_pending_status:
        pending = pending_contents(connection, provider, by_content.keys(), form.provider_version_branch)
    return tuple(
        Selected(
            publications=tuple(members),
            reasons=tuple(dict.fromkeys(reason for each in members for reason in reasons[each.version.id])),
            pending=content in pending,
        )
        for content, members in by_content.items()
    )


def _work_in_progress(
    connection: Connection, provider: Application, form: SelectionForm, consumers: set[int], known: set[int]
) -> Iterator[Selected]:
    """Give the branch heads since a date that nobody selected and the provider's branch has not accepted yet."""
    heads = applications.every_branch_head(connection, consumers, since=str(form.include_wip_pacts_since))
    recent = [head.id for head in heads]
    published = contracts.publications_of(connection, recent, [provider.id])
    new = [each for each in published if each.content not in known]
    pending = pending_contents(connection, provider, {each.content for each in new}, form.provider_version_branch)
    for content in dict.fromkeys(each.content for each in new if each.content in pending):
        members = tuple(each for each in new if each.content == content)
        yield Selected(publications=members, reasons=("work in progress",), pending=True, wip=True)


_Check = Callable[[Selector, SelectionForm], bool]


def _has(selector: Selector, *names: str) -> bool:
    return any(getattr(selector, name) not in (None, False) for name in names)


_SELECTOR_RULES: tuple[tuple[_Check, str], ...] = (
    (
        lambda each, _: (
            _has(each, "main_branch")
            and _has(each, "branch", "matching_branch", "fallback_branch", "tag", "fallback_tag", *_PLACES)
        ),
        "mainBranch can only be combined with consumer and latest",
    ),
    (
        lambda each, _: (
            _has(each, "matching_branch")
            and _has(each, "branch", "fallback_branch", "tag", "fallback_tag", "latest", *_PLACES)
        ),
        "matchingBranch can only be combined with consumer",
    ),
    (
        lambda each, form: _has(each, "matching_branch") and not form.provider_version_branch,
        "matchingBranch needs providerVersionBranch",
    ),
    (lambda each, _: _has(each, "tag") and _has(each, "branch"), "tag and branch cannot be combined"),
    (
        lambda each, _: _has(each, "branch") and _has(each, *_PLACES),
        "branch cannot be combined with deployed, released or environment",
    ),
    (lambda each, _: _has(each, "branch") and each.latest is False, "a branch always means its latest version"),
    (
        lambda each, _: _has(each, "fallback_tag") and not (_has(each, "tag") and _has(each, "latest")),
        "fallbackTag needs tag and latest",
    ),
    (lambda each, _: _has(each, "fallback_branch") and not _has(each, "branch"), "fallbackBranch needs branch"),
    (
        lambda each, _: not _has(each, *_PLACES, *_BRANCHES, "tag", "latest", "consumer"),
        "says nothing: expected one of mainBranch, branch, matchingBranch, tag, latest, deployed, released, "
        "deployedOrReleased, environment, consumer",
    ),
)
"""When a selector is wrong, and the message about it (the Pact Broker's rules of combination)."""
