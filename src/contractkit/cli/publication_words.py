"""What was published, as people and as machines read it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from contractkit.broker_client import Build, Publication
from contractkit.cli.contract_files import ContractFile
from contractkit.cli.tables import aligned
from contractkit.exact_json import Json

_URL = re.compile(r"https?://[^\s<>\"']+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """The contracts of one consumer version, and what the broker said of them; nothing in a dry run."""

    build: Build
    files: tuple[ContractFile, ...]
    publication: Publication


def published_as_text(each: Published, *, url: str) -> str:
    """Give what was published to a broker at a URL, or, where that is empty, what would be."""
    build = each.build
    on_branch = f" (branch {build.branch})" if build.branch else ""
    done = f"published to {url}" if url else "would be published"
    table = aligned([(file.contract.provider, _counted(file)) for file in each.files], indent="  ")
    pages = [f"  {page}" for page in _pages(each.publication)]
    lines = [f"{build.application} {build.version}{on_branch} {done}:", "", table]
    return "\n".join([*lines, *(["", "Read it at", *pages] if pages else [])])


def published_as_json(done: Sequence[Published], *, tags: Sequence[str], is_dry_run: bool) -> dict[str, Json]:
    """Give one document of everything that was published, or in a dry run would be."""
    return {
        "dry_run": is_dry_run,
        "publications": [
            {
                "consumer": each.build.application,
                "version": each.build.version,
                "branch": each.build.branch,
                "build_url": each.build.url,
                "tags": list(tags),
                "contracts": [
                    {"provider": file.contract.provider, "interactions": len(file.contract.interactions)}
                    for file in each.files
                ],
                "pages": _pages(each.publication),
            }
            for each in done
        ],
    }


def _pages(publication: Publication) -> list[str]:
    """Give where people read the contracts: brokers say it in a notice, or not at all."""
    said = [url for notice in publication.notices if notice.kind == "info" for url in _URL.findall(notice.text)]
    return said or list(publication.pages.values())


def _counted(file: ContractFile) -> str:
    count = len(file.contract.interactions)
    return f"{count} interaction{'' if count == 1 else 's'}"
