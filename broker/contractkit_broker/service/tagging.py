"""Tags: a word on a version, and where it is the name of an environment, the record that the version is deployed there.

Clients that know tags alone say so that something runs; those that know environments would else ask in vain.
"""

from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Connection

from contractkit_broker.store import applications, environments
from contractkit_broker.store.records import Version


def tag_version(connection: Connection, version: Version, name: str, now: str, *, is_past: bool = False) -> bool:
    """Put a tag on a version, which is deployed by that where an environment is called so.

    Args:
        connection: The transaction.
        version: The version.
        name: The tag.
        now: The time to record.
        is_past: An import tells it, which brings the deployments themselves.

    Returns:
        Whether the tag is new there; one that is there already deploys nothing again.
    """
    if not applications.add_tag(connection, version.id, name, now):
        return False
    for place in () if is_past else environments.list_environments(connection, name):
        uuid = str(uuid5(NAMESPACE_URL, f"urn:contractkit:tag:{version.id}:{place.uuid}:{now}"))
        environments.start_deployment(connection, version, place.id, "", uuid=uuid, now=now)
    return True
