# The journals on disk. Only these sources see sqlite3.h; OpenSSL's part is SQLCipher's own.
feldsher_library(protocol_store SEPARATE
  SOURCES sqlcipher.cpp sqlcipher_pages.cpp sqlcipher_statement.cpp renewed_log.cpp sqlcipher_schema.cpp sqlcipher_store.cpp sqlcipher_reading.cpp sqlcipher_journal.cpp
          sqlcipher_past_damage.cpp committer.cpp data_folder.cpp
          head_key_file.cpp fault_note.cpp disk_watch.cpp
  LINKS protocol_journal Boost::headers Threads::Threads
  PRIVATE_LINKS protocol_crypto PkgConfig::SQLCIPHER fmt::fmt)

feldsher_library(protocol_journal_commands SEPARATE
  SOURCES journal_commands.cpp folder_trust.cpp journal_snapshot.cpp audit.cpp
  LINKS protocol_store
  PRIVATE_LINKS protocol_crypto Boost::json OpenSSL::Crypto fmt::fmt)

feldsher_program(feldsher-journal
  SOURCES main.cpp
  LINKS protocol_journal_commands)
