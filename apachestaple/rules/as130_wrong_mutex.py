"""AS130."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from apachestaple.mod_ssl.mutexes import mutex_folder, mutex_problem
from apachestaple.mod_ssl.web_characters import has_web_characters
from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.kinds.directive import DirectiveRule
from apachestaple.rules.rule import CACHE, Example, tls_host
from apachestaple.rules.subject import value_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding

_HOST = CACHE + tls_host("SSLUseStapling on")


class WrongMutex(DirectiveRule):
    """The arguments of Mutex are not valid.

    mod_ssl needs two mutexes for stapling, ssl-stapling and ssl-stapling-refresh. `none` is not
    allowed for them, and the folder of a file mutex must exist.
    """

    code = "AS130"
    severity = Severity.ERROR
    effect = Effect.REJECTED
    names = frozenset({"mutex"})
    message = {
        "": "{said}",
        "folder": "the folder {folder} does not exist",
    }
    help = {
        "": "Write a mechanism and the types that it is for, such as Mutex file:logs default.",
        "folder": "Create the folder, or correct the path.",
    }
    bad = (
        Example("Mutex none ssl-stapling\n" + _HOST, rejection="None is not allowed for mutex"),
        Example("Mutex none\n" + _HOST, rejection="None is not allowed for mutex type default"),
        Example("Mutex semaphore default\n" + _HOST, rejection="Invalid Mutex argument"),
        Example("Mutex file:missing default\n" + _HOST, rejection="Invalid Mutex directory"),
    )
    good = (Example("Mutex posixsem ssl-stapling\nMutex file:logs default\n" + _HOST),)

    def check(self, directive: Directive, site: Site) -> Iterator[Finding]:
        if "${" in directive.raw or has_web_characters(directive.raw):
            return
        words = directive.arguments
        said = mutex_problem(words)
        if said is not None:
            yield self.finding(value_subject(directive), said=said)
            return
        folder = mutex_folder(words)
        if folder is None or not site.certificates_required:
            return
        here = site.configuration.here(folder)
        if site.configuration.may_read_certificate(here) and not os.path.isdir(here):
            yield self.finding(value_subject(directive), variant="folder", folder=folder)
