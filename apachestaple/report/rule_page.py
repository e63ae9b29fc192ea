"""The page of a rule, in sections that are the same for every rule.

docs/rules.md, the pages of the documentation, ``apachestaple rules`` and SARIF are views of it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from apachestaple.log.messages import BY_NUMBER
from apachestaple.mod_ssl.descriptions import DESCRIPTIONS
from apachestaple.report.recorded import recorded
from apachestaple.rules.by_hand import checks
from apachestaple.rules.catalogue import all_rules
from apachestaple.rules.finding import Effect, Fix
from apachestaple.rules.rule import FIXED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from apachestaple.log.message import Message
    from apachestaple.rules.rule import Example, Rule

_OF_MODULES = {
    "core": "Include IncludeOptional VirtualHost IfModule Define Error Mutex ServerName ErrorLog",
    "mod_so": "LoadModule",
    "mod_macro": "Macro Use",
    "mod_md": "MDomain MDStapling MDStapleOthers MDMustStaple MDCertificateFile "
    "MDCertificateKeyFile MDMatchNames",
    "mod_ssl": "SSLEngine SSLProtocol SSLCipherSuite SSLPassPhraseDialog SSLOpenSSLConfCmd "
    "SSLCARevocationCheck SSLCARevocationFile SSLCARevocationPath",
}
_MANUAL = {description.name: description.manual for description in DESCRIPTIONS.values()} | {
    name: f"https://httpd.apache.org/docs/2.4/mod/{module}.html#{name.lower()}"
    for module, names in _OF_MODULES.items()
    for name in names.split()
}
_CONVERSION = re.compile(r"%0?[0-9]*l?[sdux]")


class Items(NamedTuple):
    """A list."""

    lines: tuple[str, ...]


class Code(NamedTuple):
    """Lines of a language, such as ``apache``."""

    language: str
    text: str


class See(NamedTuple):
    """A list of related rules."""

    rules: tuple[Rule, ...]


class Links(NamedTuple):
    """A list of addresses, by their texts."""

    addresses: Mapping[str, str]


# A string is a paragraph.
Block = str | Items | Code | See | Links


class Section(NamedTuple):
    """A heading and what is below it."""

    title: str
    blocks: tuple[Block, ...]


def sections(rule: Rule) -> tuple[Section, ...]:
    """The sections of the page of a rule."""
    made = (
        ("What it detects", _detects),
        ("What httpd does", _httpd),
        ("Log line", _log),
        ("Example", _examples),
        ("Use instead", _use_instead),
        ("How fix repairs it", _repair),
        ("How to check by hand", _by_hand),
        ("See also", _see_also),
    )
    return tuple(Section(title, tuple(blocks(rule))) for title, blocks in made)


def _detects(rule: Rule) -> Iterator[Block]:
    yield rule.summary
    facts = [f"Severity: {rule.severity}", f"Confidence: {rule.confidence}"]
    if rule.benchmark:
        number = rule.benchmark.removeprefix("CIS ")
        facts.append(f"Benchmark: CIS Apache HTTP Server 2.4 Benchmark, {number}")
    if rule.needs_whole:
        facts.append("Checked only in whole configurations, not in fragments")
    if rule.needs_answers:
        facts.append("Checked only by `lint --online` and `responders --check`")
    yield Items(tuple(facts))


def _httpd(rule: Rule) -> Iterator[Block]:
    tested = "not tested" if rule.effect is Effect.ADVICE else "tested on a running httpd"
    yield f"Effect: `{rule.effect}`, {rule.effect.meaning} ({tested})."
    if rule.explanation:
        yield rule.explanation


def _log(rule: Rule) -> Iterator[Block]:
    messages = _messages(rule)
    if not messages:
        yield "No message in the error log identifies it."
        return
    yield Code("text", "\n".join(f"{m.log_id}: {_CONVERSION.sub('…', m.text)}" for m in messages))


def _messages(rule: Rule) -> list[Message]:
    numbers = (rule.log_id, *(bad.log_id for bad in rule.bad))
    return [BY_NUMBER[number.encode()] for number in dict.fromkeys(numbers) if number]


def _examples(rule: Rule) -> Iterator[Block]:
    first, *others = rule.bad
    yield from _example(first)
    message = recorded(rule).message
    if message:
        yield "`apachestaple lint` reports:"
        yield Code("text", f"{rule.severity}[{rule.code}] {rule.name}: {message}")
    for example in others:
        yield "It also reports:"
        yield from _example(example)


def _use_instead(rule: Rule) -> Iterator[Block]:
    # Names of sections would be elements of HTML, and two hyphens a dash.
    code = r"</?[A-Z]\w+[^>]*>|(?<=\s)--\w[\w-]*"
    yield re.sub(code, r"`\g<0>`", recorded(rule).help or _template(rule))
    good = [example for example in rule.good if example is not FIXED]
    for number, example in enumerate(good):
        if number:
            yield "Or:"
        yield from _example(example)


def _template(rule: Rule) -> str:
    """The help of a rule whose first example is only found with certain options."""
    text = rule.help if isinstance(rule.help, str) else next(iter(rule.help.values()))
    return re.sub(r"\{(\w+)[^}]*\}", lambda name: name[1].upper(), text)


def _example(example: Example) -> Iterator[Block]:
    yield Code("apache", example.text)
    for name, text in example.files.items():
        yield f"With `{name}`:"
        yield Code("apache", text)
    for name, target in example.links.items():
        yield f"With `{name}`, a link to `{target}`."
    if example.without:
        yield f"Without {', '.join(f'`{module}`' for module in sorted(example.without))}."


def _repair(rule: Rule) -> Iterator[Block]:
    if rule.fix is None:
        yield "`apachestaple fix` does not repair it."
        return
    if rule.repair:
        yield rule.repair
    if rule.fix is Fix.UNSAFE:
        yield "This is only done with `--unsafe`."
    yield (
        "A line in a file outside of the server's folder, in a file that a program generates, or "
        "with a value from a variable is not changed. `apachestaple fix --diff` shows all changes "
        "and the reasons of refusals. For the first example that it repairs:"
    )
    yield Code("diff", recorded(rule).diff)


def _by_hand(rule: Rule) -> Iterator[Block]:
    outputs = iter(recorded(rule).outputs)
    made = checks(rule)
    if not made:
        yield "The finding is about what apachestaple reads; there is nothing to check on a server."
        return
    if any(check.command for check in made):
        yield (
            "The output is that of the first example as `site.conf` in Debian's `/etc/apache2`, "
            "where the commands are run. Other systems have other paths."
        )
    for check in made:
        yield check.text
        if check.command:
            yield Code("console", f"$ {check.command}\n{next(outputs, '')}")


def _see_also(rule: Rule) -> Iterator[Block]:
    text = " ".join((rule.summary, rule.explanation, *_texts(rule), rule.repair))
    same_log = {code for message in _messages(rule) for code in message.diagnosis.rules}
    codes = (same_log | set(re.findall(r"\bAS\d{3}\b", text))) - {rule.code}
    related = tuple(each for each in all_rules() if each.code in codes)
    if related:
        yield See(related)
    manual = _manual(text) or _manual(" ".join(re.findall(r"\w*Stapl\w*", rule.bad[0].text)))
    if manual:
        yield manual
    yield (
        f"To suppress a finding, write `# apachestaple: ignore[{rule.code}]` above the line, or "
        f"lint with `--ignore {rule.code}`."
    )


def _manual(text: str) -> Links | None:
    """The sections of httpd's manual about the directives that a text names."""
    words = re.findall(r"\w+", text)
    found = {f"{name} in httpd's manual": link for name, link in _MANUAL.items() if name in words}
    return Links(found) if found else None


def _texts(rule: Rule) -> Iterator[str]:
    for texts in (rule.message, rule.help):
        yield from [texts] if isinstance(texts, str) else texts.values()
