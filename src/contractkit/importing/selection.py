"""Selection: which versions of a history are wanted, and in what order they join their branches."""

from collections.abc import Collection, Sequence

from contractkit.importing.records import PastMembership, PastVersion, instant


def wanted_versions(
    versions: Sequence[PastVersion], *, newest: int | None, occupied: Collection[str]
) -> tuple[PastVersion, ...]:
    """Give the versions that are wanted, in their order.

    Args:
        versions: All of an application, the newest last.
        newest: So many of the newest, beside the heads of branches and what is `occupied`; all where None.
        occupied: Numbers of the versions that are deployed or released.
    """
    if newest is None:
        return tuple(versions)
    kept = {each.number for each in versions[len(versions) - newest :]} if newest < len(versions) else None
    return tuple(
        each
        for each in versions
        if kept is None
        or each.number in kept
        or each.number in occupied
        or any(membership.is_head for membership in each.memberships)
    )


def joined_in_order(versions: Sequence[PastVersion]) -> tuple[tuple[PastVersion, PastMembership], ...]:
    """Give each version with each of its branches in the order they joined, the head of a branch last.

    The version that joins last is the head, so the order is what makes heads be what they were.
    """
    pairs = [(version, membership) for version in versions for membership in version.memberships]
    return tuple(sorted(pairs, key=lambda pair: (pair[1].is_head, instant(pair[1].created_at))))
