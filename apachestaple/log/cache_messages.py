"""The messages of mod_socache_*, which are also used for the TLS session cache."""

from __future__ import annotations

from apachestaple.log.message import information, logged_by, problem
from apachestaple.log.outcome import Outcome

_SIZE = "Increase the size in SSLStaplingCache; `apachestaple lint` calculates it."
# What to do after a reload without the cache.
CACHE_REMOVED = (
    "Start httpd, which works without SSLStaplingCache. Next time, keep the line, or remove it "
    "while httpd is stopped: apachectl graceful and apachectl restart are reloads."
)
MEMORY = "Decrease the size in SSLStaplingCache, or raise the system's limit of shared memory."
_FOLDER = (
    "Create the folder that SSLStaplingCache names and make it writable for httpd's user, or use "
    "shmcb."
)
_SERVERS = "Check the server list in SSLStaplingCache, and that these servers answer."
_REPORT = "Report it to the httpd project."
_LAYOUT = "layout of a shmcb cache"
_STORED = "a cache stores an entry"
_READ = "a cache is asked for an entry"
_REMOVED = "a cache removes an entry"
_EXPIRED = "a cache removes expired entries"
_STATUS = "mod_status reads a cache"
_NOT_STORED = "the response could not be stored in the cache"
_NOT_READ = "the response could not be read from the cache"

SHMCB = logged_by(
    "socache_shmcb",
    problem(
        "AH00818",
        "Could not use anonymous shm for '%s' cache",
        "httpd could not get shared memory for a cache",
        Outcome.DOES_NOT_START,
        "Set the path in SSLStaplingCache to one that httpd can write to.",
    ),
    problem(
        "AH00819",
        "Could not allocate shared memory segment for shmcb socache",
        "httpd could not get shared memory for a cache",
        Outcome.DOES_NOT_START,
        MEMORY,
    ),
    # No size that `httpd -t` accepts is so small: the cache is one that httpd has freed.
    problem(
        "AH00820",
        "shared memory segment too small",
        "SSLStaplingCache, or SSLSessionCache if AH01874 follows, was removed from the "
        "configuration of a running httpd, which then used the freed cache",
        Outcome.EXITS_AT_RELOAD,
        CACHE_REMOVED,
    ),
    problem(
        "AH00823",
        "shared memory segment too small",
        "the size of a cache passes `httpd -t`, but is too small for its layout",
        Outcome.DOES_NOT_START,
        _SIZE,
        "AS206",
    ),
    information(
        "AH00821", "shmcb_init allocated %lu bytes of shared memory", "httpd creates a shmcb cache"
    ),
    information(
        "AH00822",
        "for %lu bytes (%lu including header), recommending %u subcaches, %u indexes each",
        _LAYOUT,
    ),
    information("AH00824", "shmcb_init_memory choices follow", _LAYOUT),
    information("AH00825", "subcache_num = %u", _LAYOUT),
    information("AH00826", "subcache_size = %u", _LAYOUT),
    information("AH00827", "subcache_data_offset = %u", _LAYOUT),
    information("AH00828", "subcache_data_size = %u", _LAYOUT),
    information("AH00829", "index_num = %u", _LAYOUT),
    information("AH00830", "Shared memory socache initialised", "httpd creates a shmcb cache"),
    information("AH00831", "socache_shmcb_store (0x%02x -> subcache %d)", _STORED),
    problem(
        "AH00832",
        "unusably short id provided (%u bytes)",
        "a cache was asked to store an entry with an invalid id",
        None,
        _REPORT,
    ),
    problem("AH00833", "can't store an socache entry!", _NOT_STORED, Outcome.QUERIED_AGAIN, _SIZE),
    information("AH00834", "leaving socache_shmcb_store successfully", _STORED),
    information("AH00835", "socache_shmcb_retrieve (0x%02x -> subcache %d)", _READ),
    information("AH00836", "leaving socache_shmcb_retrieve successfully", _READ),
    information("AH00837", "socache_shmcb_remove (0x%02x -> subcache %d)", _REMOVED),
    problem(
        "AH00838",
        "unusably short id provided (%u bytes)",
        "a cache was asked to remove an entry with an invalid id",
        None,
        _REPORT,
    ),
    information("AH00839", "leaving socache_shmcb_remove successfully", _REMOVED),
    information("AH00840", "inside shmcb_status", _STATUS),
    information("AH00841", "leaving shmcb_status", _STATUS),
    information("AH00842", "expiring %u and reclaiming %u removed socache entries", _EXPIRED),
    information("AH00843", "we now have %u socache entries", _EXPIRED),
    problem(
        "AH00844",
        "inserting socache entry larger (%d) than subcache data area (%d)",
        "the response is larger than a subcache of the stapling cache",
        Outcome.QUERIED_AGAIN,
        _SIZE,
        "AS207",
    ),
    problem(
        "AH00845",
        "about to force-expire, subcache: idx_used=%d, data_used=%d",
        "the stapling cache is full, so httpd drops a response that is still valid to store "
        "another one",
        Outcome.QUERIED_AGAIN,
        _SIZE,
        "AS207",
    ),
    information(
        "AH00846",
        "finished force-expire, subcache: idx_used=%d, data_used=%d",
        "a cache has dropped its oldest entries",
    ),
    information("AH00847", "insert happened at idx=%d, data=(%u:%u)", _STORED),
    information(
        "AH00848",
        "finished insert, subcache: idx_pos/idx_used=%d/%d, data_pos/data_used=%d/%d",
        _STORED,
    ),
    information("AH00849", "match at idx=%d, data=%d", "a cache has found the entry"),
    information(
        "AH00850", "shmcb_subcache_retrieve discarding expired entry", "the entry has expired"
    ),
    information(
        "AH00851", "shmcb_subcache_retrieve found no match", "a cache does not have the entry"
    ),
    information("AH00852", "possible match at idx=%d, data=%d", _REMOVED),
    information("AH00853", "shmcb_subcache_remove removing matching entry", _REMOVED),
    information("AH00854", "iterating idx=%d, data=%d", _STATUS),
    information("AH00855", "shmcb entry iterated", _STATUS),
    information(
        "AH00856", "shmcb_subcache_iterate discarding expired entry", "the entry has expired"
    ),
)

DBM = logged_by(
    "socache_dbm",
    problem(
        "AH00802",
        "Can't change owner of %s",
        "httpd could not change the owner of the cache file {path} to its user",
        None,
        _FOLDER,
        names="path",
    ),
    *(
        problem(
            number,
            text,
            "httpd could not create the cache file {path}",
            Outcome.DOES_NOT_START,
            _FOLDER,
            "AS209",
            names="path",
        )
        for number, text in (
            ("AH00803", "could not use default path '%s' for DBM socache"),
            ("AH00804", "Cannot create socache DBM file `%s'"),
        )
    ),
    information(
        "AH00806",
        "data size too large for DBM socache: %d >= %d",
        "a dbm cache does not store an entry of this size",
    ),
    *(
        problem(
            number,
            text,
            "httpd could not use the cache file {path}",
            Outcome.QUERIED_AGAIN,
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
    information("AH00813", "DBM socache expiry: old: %d, new: %d, removed: %d", _EXPIRED),
    information("AH00816", "dbm `%s' entry iterated", _STATUS),
)

MEMCACHE = logged_by(
    "socache_memcache",
    *(
        problem(
            number,
            text,
            "httpd cannot use the server list of a memcache cache",
            Outcome.DOES_NOT_START,
            _SERVERS,
            "AS212",
        )
        for number, text in (
            ("AH00785", "Failed to create Memcache Object of '%d' size."),
            ("AH00786", "Failed to Parse memcache Server: '%s'"),
            ("AH00787", "Failed to Parse Server, no hostname specified: '%s'"),
            ("AH00788", "Failed to Create memcache Server: %s:%d"),
            ("AH00789", "Failed to Add memcache Server: %s:%d"),
        )
    ),
    *(
        problem(number, text, said, Outcome.QUERIED_AGAIN, _SERVERS, "AS213")
        for number, text, said in (
            ("AH00790", "scache_mc: error setting key '%s' with %d bytes of data", _NOT_STORED),
            ("AH00791", "scache_mc: 'retrieve' FAIL", _NOT_READ),
            ("AH00792", "scache_mc: 'retrieve' OVERFLOW", _NOT_READ),
        )
    ),
    information(
        "AH00793", "scache_mc: error deleting key '%s' ", "a cache could not remove an entry"
    ),
)

REDIS = logged_by(
    "socache_redis",
    *(
        problem(
            number,
            text,
            "httpd cannot use the server list of a redis cache",
            Outcome.DOES_NOT_START,
            _SERVERS,
            "AS212",
        )
        for number, text in (
            ("AH03473", "Failed to create Redis Object of '%d' size."),
            ("AH03474", "Failed to Parse redis Server: '%s'"),
            ("AH03475", "Failed to Parse Server, no hostname specified: '%s'"),
            ("AH03476", "Failed to Create redis Server: %s:%d"),
            ("AH03477", "Failed to Add redis Server: %s:%d"),
        )
    ),
    *(
        problem(number, text, said, Outcome.QUERIED_AGAIN, _SERVERS, "AS213")
        for number, text, said in (
            ("AH03478", "scache_rd: error setting key '%s' with %d bytes of data", _NOT_STORED),
            ("AH03479", "scache_rd: 'retrieve' FAIL", _NOT_READ),
            ("AH03480", "scache_rd: 'retrieve' OVERFLOW", _NOT_READ),
        )
    ),
    information(
        "AH03481", "scache_rd: error deleting key '%s' ", "a cache could not remove an entry"
    ),
)
