"""Notes on a repository, with PyGithub."""

import github


def connect(url):
    return github.Github(
        auth=github.Auth.Token("ghp_never_recorded"),
        base_url=url,
        retry=None,
        seconds_between_requests=0,
        seconds_between_writes=0,
        lazy=True,
    )


def open_issues(api, name):
    lines = []
    for issue in api.get_repo(name).get_issues(state="open"):
        who = issue.assignee.login if issue.assignee else "nobody"
        lines.append(f"#{issue.number} {issue.title} ({who})")
    return lines


def close(api, name):
    closed = 0
    for issue in api.get_repo(name).get_issues(state="open"):
        issue.edit(state="closed")
        closed += 1
    return closed


def headline(api, name, tag):
    release = api.get_repo(name).get_release(tag)
    return f"{(release.name or release.tag_name).strip()} of {release.published_at.year}"


def text(api, name, path):
    return api.get_repo(name).get_contents(path).decoded_content.decode()
