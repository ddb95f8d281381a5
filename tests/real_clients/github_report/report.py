"""A team's weekly report from GitHub, written with PyGithub as its users would."""

import github


def connect(url):
    return github.Github(
        auth=github.Auth.Token("ghp_never_recorded"),
        base_url=url,
        retry=None,
        seconds_between_requests=0,
        seconds_between_writes=0,
    )


def headline(api, name):
    repository = api.get_repo(name)
    state = "archived" if repository.archived else f"{repository.open_issues_count} open"
    return f"{repository.full_name} on {repository.default_branch}: {state}"


def open_bugs(api, name):
    repository = api.get_repo(name, lazy=True)
    found = []
    for issue in repository.get_issues(state="open", labels=["bug"]):
        who = issue.assignee.login if issue.assignee else "nobody"
        found.append(f"#{issue.number} {issue.title} ({who})")
    return found


def latest_release(api, name):
    release = api.get_repo(name, lazy=True).get_latest_release()
    return f"{release.tag_name} of {release.published_at:%Y-%m-%d}"


def merged(api, name):
    repository = api.get_repo(name, lazy=True)
    pulls = repository.get_pulls(state="closed", sort="updated")
    return [f"{pull.title} by {pull.user.login}" for pull in pulls if pull.merged_at is not None]


def helpers(api, name):
    people = api.get_repo(name, lazy=True).get_contributors()
    return {each.login: each.contributions for each in people}


def is_green(api, name, sha):
    status = api.get_repo(name, lazy=True).get_commit(sha).get_combined_status()
    return status.state == "success" and all(each.state == "success" for each in status.statuses)
