# SPDX-License-Identifier: Apache-2.0
"""Every link in the documents leads somewhere, and every document can be found from README.md."""
import urllib.parse

import pytest

from markdown import REPOSITORY, anchors, documents, links


def target(document, link):
    """(path, anchor) of a link into the repository; None: it leads out of it."""
    parts = urllib.parse.urlsplit(link)
    if parts.scheme:
        return None
    path = (document.parent / urllib.parse.unquote(parts.path)).resolve() if parts.path else document
    return path, parts.fragment


@pytest.mark.parametrize("document", documents(), ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_links_lead_somewhere(document):
    broken = []
    for link in links(document.read_text()):
        found = target(document, link)
        if found is None:
            continue
        path, anchor = found
        if not path.exists() or REPOSITORY not in [path, *path.parents]:
            broken.append(f"{link}: no such file")
        elif anchor and anchor not in anchors(path.read_text()):
            broken.append(f"{link}: no such heading")
    assert broken == []


def test_every_document_can_be_found_from_the_readme():
    reached, waiting = set(), [REPOSITORY / "README.md"]
    while waiting:
        document = waiting.pop()
        if document in reached or document.suffix != ".md":
            continue
        reached.add(document)
        waiting += [found[0] for link in links(document.read_text()) if (found := target(document, link)) and found[0].is_file()]
    assert [path for path in documents() if path.parent == REPOSITORY / "docs" and path not in reached] == []
