"""The messages of mod_socache_*; the cache of TLS sessions writes them, too."""

from __future__ import annotations

from apachestaple.log.message import fault, logged_in, ordinary

_SIZE = "Give SSLStaplingCache a larger size; `apachestaple lint` says which work."
_FOLDER = "Make the folder that SSLStaplingCache names, writable for httpd's user, or use shmcb."
_SERVERS = "Look at the server list of SSLStaplingCache, and whether these servers answer."
_LOST = "a response could not be {done} the cache, so the responder is asked again"

SHMCB = logged_in(
    "mod_socache_shmcb.c",
    *(
        fault(number, text, "httpd got no shared memory for a cache and does not start", repair)
        for number, text, repair in (
            (
                "AH00818",
                "Could not use anonymous shm for '%s' cache",
                "Give SSLStaplingCache a path that httpd may write to.",
            ),
            (
                "AH00819",
                "Could not allocate shared memory segment for shmcb socache",
                "Give SSLStaplingCache a smaller size, or the system more shared memory.",
            ),
        )
    ),
    *(
        fault(
            number,
            "shared memory segment too small",
            "the size of a cache is accepted, and too small to work with, so httpd does not start",
            _SIZE,
            "AS206",
        )
        for number in ("AH00820", "AH00823")
    ),
    ordinary("AH00821", "shmcb_init allocated %lu bytes of shared memory", "a cache is set up"),
    ordinary(
        "AH00822",
        "for %lu bytes (%lu including header), recommending %u subcaches, %u indexes each",
        "how a cache is laid out",
    ),
    ordinary("AH00824", "shmcb_init_memory choices follow", "how a cache is laid out"),
    ordinary("AH00825", "subcache_num = %u", "how a cache is laid out"),
    ordinary("AH00826", "subcache_size = %u", "how a cache is laid out"),
    ordinary("AH00827", "subcache_data_offset = %u", "how a cache is laid out"),
    ordinary("AH00828", "subcache_data_size = %u", "how a cache is laid out"),
    ordinary("AH00829", "index_num = %u", "how a cache is laid out"),
    ordinary("AH00830", "Shared memory socache initialised", "a cache is set up"),
    ordinary("AH00831", "socache_shmcb_store (0x%02x -> subcache %d)", "a cache stores"),
    fault(
        "AH00832",
        "unusably short id provided (%u bytes)",
        "a cache was asked to store under a name that is too short",
        "Report it to the httpd project.",
    ),
    fault("AH00833", "can't store an socache entry!", _LOST.format(done="put into"), _SIZE),
    ordinary("AH00834", "leaving socache_shmcb_store successfully", "it was stored"),
    ordinary("AH00835", "socache_shmcb_retrieve (0x%02x -> subcache %d)", "a cache is asked"),
    ordinary("AH00836", "leaving socache_shmcb_retrieve successfully", "a cache has answered"),
    ordinary("AH00837", "socache_shmcb_remove (0x%02x -> subcache %d)", "a cache forgets"),
    fault(
        "AH00838",
        "unusably short id provided (%u bytes)",
        "a cache was asked to forget a name that is too short",
        "Report it to the httpd project.",
    ),
    ordinary("AH00839", "leaving socache_shmcb_remove successfully", "it was forgotten"),
    ordinary("AH00840", "inside shmcb_status", "mod_status looks at a cache"),
    ordinary("AH00841", "leaving shmcb_status", "mod_status looks at a cache"),
    ordinary(
        "AH00842",
        "expiring %u and reclaiming %u removed socache entries",
        "what is out of date leaves a cache",
    ),
    ordinary("AH00843", "we now have %u socache entries", "what is out of date leaves a cache"),
    fault(
        "AH00844",
        "inserting socache entry larger (%d) than subcache data area (%d)",
        "a response does not fit into any of the cache's parts, so the responder is asked again",
        _SIZE,
        "AS207",
    ),
    fault(
        "AH00845",
        "about to force-expire, subcache: idx_used=%d, data_used=%d",
        "the cache is full: a response that is still good is dropped for another, and its "
        "responder is asked again within a handshake",
        _SIZE,
        "AS207",
    ),
    ordinary(
        "AH00846",
        "finished force-expire, subcache: idx_used=%d, data_used=%d",
        "a cache has dropped its oldest",
    ),
    ordinary("AH00847", "insert happened at idx=%d, data=(%u:%u)", "it was stored"),
    ordinary(
        "AH00848",
        "finished insert, subcache: idx_pos/idx_used=%d/%d, data_pos/data_used=%d/%d",
        "it was stored",
    ),
    ordinary("AH00849", "match at idx=%d, data=%d", "a cache has what is asked for"),
    ordinary("AH00850", "shmcb_subcache_retrieve discarding expired entry", "it is out of date"),
    ordinary("AH00851", "shmcb_subcache_retrieve found no match", "a cache has it not"),
    ordinary("AH00852", "possible match at idx=%d, data=%d", "a cache forgets"),
    ordinary("AH00853", "shmcb_subcache_remove removing matching entry", "a cache forgets"),
    ordinary("AH00854", "iterating idx=%d, data=%d", "mod_status looks at a cache"),
    ordinary("AH00855", "shmcb entry iterated", "mod_status looks at a cache"),
    ordinary("AH00856", "shmcb_subcache_iterate discarding expired entry", "it is out of date"),
)

DBM = logged_in(
    "mod_socache_dbm.c",
    fault(
        "AH00802",
        "Can't change owner of %s",
        "{path} cannot be given to httpd's user",
        _FOLDER,
        names="path",
    ),
    *(
        fault(
            number,
            text,
            "the cache's file {path} cannot be made, so httpd does not start",
            _FOLDER,
            "AS209",
            names="path",
        )
        for number, text in (
            ("AH00803", "could not use default path '%s' for DBM socache"),
            ("AH00804", "Cannot create socache DBM file `%s'"),
        )
    ),
    ordinary("AH00806", "data size too large for DBM socache: %d >= %d", "it is not stored"),
    *(
        fault(
            number,
            text,
            "the cache's file {path} cannot be used, so the responder is asked again",
            _FOLDER,
            "AS210",
            names="path",
        )
        for number, text in (
            ("AH00807", "Cannot open socache DBM file `%s' for writing (store)"),
            ("AH00808", "Cannot store socache object to DBM file `%s'"),
            ("AH00809", "Cannot open socache DBM file `%s' for reading (fetch)"),
            ("AH00810", "Cannot open socache DBM file `%s' for writing (delete)"),
            ("AH00811", "Cannot open socache DBM file `%s' for scanning"),
            ("AH00812", "Cannot re-open socache DBM file `%s' for expiring"),
            ("AH00814", "Cannot open socache DBM file `%s' for status retrieval"),
            ("AH00815", "Cannot open socache DBM file `%s' for iterating"),
            ("AH00817", "Failure reading first/next socache DBM file `%s' record"),
        )
    ),
    ordinary(
        "AH00813",
        "DBM socache expiry: old: %d, new: %d, removed: %d",
        "what is out of date leaves a cache",
    ),
    ordinary("AH00816", "dbm `%s' entry iterated", "mod_status looks at a cache"),
)

MEMCACHE = logged_in(
    "mod_socache_memcache.c",
    *(
        fault(number, text, "a cache's server list is of no use; httpd does not start", _SERVERS)
        for number, text in (
            ("AH00785", "Failed to create Memcache Object of '%d' size."),
            ("AH00786", "Failed to Parse memcache Server: '%s'"),
            ("AH00787", "Failed to Parse Server, no hostname specified: '%s'"),
            ("AH00788", "Failed to Create memcache Server: %s:%d"),
            ("AH00789", "Failed to Add memcache Server: %s:%d"),
        )
    ),
    *(
        fault(number, text, _LOST.format(done=done), _SERVERS)
        for number, text, done in (
            ("AH00790", "scache_mc: error setting key '%s' with %d bytes of data", "put into"),
            ("AH00791", "scache_mc: 'retrieve' FAIL", "taken from"),
            ("AH00792", "scache_mc: 'retrieve' OVERFLOW", "taken from"),
        )
    ),
    ordinary("AH00793", "scache_mc: error deleting key '%s' ", "a cache could not forget"),
)

REDIS = logged_in(
    "mod_socache_redis.c",
    *(
        fault(number, text, "a cache's server list is of no use; httpd does not start", _SERVERS)
        for number, text in (
            ("AH03473", "Failed to create Redis Object of '%d' size."),
            ("AH03474", "Failed to Parse redis Server: '%s'"),
            ("AH03475", "Failed to Parse Server, no hostname specified: '%s'"),
            ("AH03476", "Failed to Create redis Server: %s:%d"),
            ("AH03477", "Failed to Add redis Server: %s:%d"),
        )
    ),
    *(
        fault(number, text, _LOST.format(done=done), _SERVERS)
        for number, text, done in (
            ("AH03478", "scache_rd: error setting key '%s' with %d bytes of data", "put into"),
            ("AH03479", "scache_rd: 'retrieve' FAIL", "taken from"),
            ("AH03480", "scache_rd: 'retrieve' OVERFLOW", "taken from"),
        )
    ),
    ordinary("AH03481", "scache_rd: error deleting key '%s' ", "a cache could not forget"),
)
