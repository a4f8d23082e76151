"""The folders of protocol/ that every promise rests on, and the programs that must notice when one of them breaks."""

# Each program with what of it is left out when something is broken on purpose: what kills processes does not contain it.
TESTS = {
    "record": [("protocol_record_test", "*")],
    "journal": [("protocol_journal_test", "~[kill]"), ("crash_test", "*")],
    "sync": [("protocol_sync_test", "*"), ("edge_window_test", "*")],
    "minutes": [("protocol_minutes_test", "*")],
}
