"""JSON schemas of the reports; they allow no other properties."""

from __future__ import annotations

import json
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

Schema = dict[str, Any]

TEXT: Schema = {"type": "string", "minLength": 1}
LINE: Schema = {"type": "integer", "minimum": 1}
COUNT: Schema = {"type": "integer", "minimum": 0}
CODE: Schema = {"type": "string", "pattern": "^AS[0-9]{3}$"}
LOG_ID: Schema = {"type": ["string", "null"], "pattern": "^AH[0-9]{5}$"}
SEVERITY: Schema = {"enum": ["error", "warning", "info"]}
CONFIDENCE: Schema = {"enum": ["certain", "likely", "possible"]}
FIX: Schema = {"enum": ["safe", "unsafe", None]}
EFFECT: Schema = {
    "enum": [
        "rejected",
        "does-not-start",
        "aborts-handshakes",
        "no-staple",
        "bad-staple",
        "stalls-handshakes",
        "evicts-staples",
        "ignored",
        "advice",
    ]
}


def closed(**properties: Schema) -> Schema:
    """An object with exactly these properties."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def list_of(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


def or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


EXPLAIN = list_of(
    closed(
        log_id=LOG_ID,
        rule=or_null(CODE),
        host=or_null(TEXT),
        certificate=or_null(TEXT),
        count=LINE,
        first=or_null({"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"}),
        last=or_null({"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"}),
        meaning=TEXT,
        repair=or_null(TEXT),
    )
)

HOSTS = list_of(
    closed(
        name=TEXT,
        addresses=list_of(TEXT),
        configuration=TEXT,
        file=TEXT,
        line=LINE,
        ssl_engine={"enum": ["on", "off", "optional"]},
        use_stapling={"type": ["boolean", "null"]},
        certificates=list_of(
            closed(
                path=TEXT,
                subject=or_null(TEXT),
                issuer_found={"type": ["boolean", "null"]},
                ocsp_uris=list_of(TEXT),
                must_staple={"type": ["boolean", "null"]},
                not_after=or_null({"type": "string", "format": "date-time"}),
            )
        ),
        staples={"type": ["boolean", "null"]},
        why=TEXT,
    )
)
LINT = closed(
    apachestaple={"type": "string", "pattern": r"^\d+\.\d+\.\d+"},
    server=TEXT,
    generated={"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"},
    configurations=list_of(
        closed(
            path=TEXT,
            kind={"enum": ["server", "fragments"]},
            files=COUNT,
            hosts=COUNT,
            certificates=COUNT,
        )
    ),
    findings=list_of(
        closed(
            rule=CODE,
            name={"type": "string", "pattern": "^[a-z0-9-]+$"},
            severity=SEVERITY,
            confidence=CONFIDENCE,
            message=TEXT,
            help=TEXT,
            effect=EFFECT,
            log_id=LOG_ID,
            configuration=TEXT,
            file=TEXT,
            line=LINE,
            column=LINE,
            end_line=LINE,
            end_column=LINE,
            hosts=list_of(closed(name=TEXT, file=TEXT, line=LINE)),
            certificate=or_null(TEXT),
            fix=FIX,
            fingerprint={"type": "string", "pattern": "^[0-9a-f]{64}$"},
            url={"type": "string", "pattern": "rules.md#as[0-9]{3}-[a-z0-9-]+$"},
        )
    ),
    hosts=HOSTS,
    summary=closed(
        files=COUNT,
        hosts=COUNT,
        certificates=COUNT,
        errors=COUNT,
        warnings=COUNT,
        infos=COUNT,
        fixable=COUNT,
        suppressed=COUNT,
        baseline=COUNT,
    ),
)
DUMP = list_of(
    closed(
        file=TEXT,
        line=LINE,
        depth=COUNT,
        directive=TEXT,
        arguments=list_of({"type": "string"}),
        raw={"type": "string"},
    )
)
RESPONDERS = list_of(
    closed(
        url=TEXT,
        host={"type": "string"},
        port={"type": ["integer", "null"]},
        scheme=TEXT,
        used={"type": "boolean"},
        certificates=list_of(TEXT),
        hosts=list_of(TEXT),
    )
)
TIME: Schema = {"type": "string", "format": "date-time"}
STAPLE_STATUS: Schema = {
    "enum": [
        "good",
        "revoked",
        "unknown",
        "tryLater",
        "unauthorized",
        "internalError",
        "malformedRequest",
        "sigRequired",
        "none",
    ]
}
ANSWERS = list_of(
    closed(
        **RESPONDERS["items"]["properties"],
        answers=list_of(
            closed(
                subject=TEXT,
                proxy=or_null(TEXT),
                status=or_null(STAPLE_STATUS),
                signer=or_null(TEXT),
                this_update=or_null(TIME),
                next_update=or_null(TIME),
                length=or_null(COUNT),
                seconds={"type": "number", "minimum": 0},
                error=or_null(TEXT),
            )
        ),
    )
)
PROBE = list_of(
    closed(
        target=TEXT,
        servername=or_null(TEXT),
        tls_version=or_null({"type": "string", "pattern": r"^TLSv1(\.[123])?$"}),
        chain=list_of(
            closed(
                subject=TEXT,
                issuer=TEXT,
                not_after=TIME,
                ocsp_uris=list_of(TEXT),
                must_staple={"type": "boolean"},
            )
        ),
        staple=closed(
            status=STAPLE_STATUS,
            verified={"type": ["boolean", "null"]},
            this_update=or_null(TIME),
            next_update=or_null(TIME),
            length=COUNT,
        ),
        error=or_null(TEXT),
    )
)
RULES = list_of(
    closed(
        rule=CODE,
        name=TEXT,
        severity=SEVERITY,
        confidence=CONFIDENCE,
        effect=EFFECT,
        log_id=LOG_ID,
        fix=FIX,
        summary=TEXT,
        explanation={"type": "string"},
        bad=list_of(TEXT),
        good=list_of(TEXT),
        fixed={"type": "boolean"},
        url=TEXT,
    )
)


def checked(text: str, schema: Schema) -> Any:
    """Validate the document against its schema, and return it."""
    document = json.loads(text)
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(document)
    return document
