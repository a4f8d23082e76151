#pragma once
#include <exception>
#include <string>
#include <string_view>
#include <type_traits>

namespace feldsher {

/// Words of the source itself: only a literal makes one, so nothing that came from outside can be in it.
class Words {
 public:
  template <std::size_t size>
  consteval Words(const char (&literal)[size]) : text_(literal, size - 1) {}
  std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

/// What the world said of itself: a certificate, a disk, a socket. No text makes one: each maker names whose
/// word it is, and none takes what people said or a body held. Only ASCII is kept of it.
class Reason {
 public:
  /// A Fault of ours says what failed and where: path, id, OpenSSL's, SQLite's (tables and columns) or the
  /// system's words. Of a library's error code its message, of a bug its literal; of any other exception the
  /// type alone: a parser's may quote what it parsed.
  static Reason of(const std::exception& exception);
  /// What the source says of one of its enumerators.
  template <class Enum>
  requires std::is_enum_v<Enum>
  static Reason of(Enum value, std::string_view (*words)(std::type_identity_t<Enum>)) {
    return Reason(words(value));
  }
  template <class Enum>
  requires std::is_enum_v<Enum>
  static Reason of(Enum value, const char* (*words)(std::type_identity_t<Enum>)) {
    return Reason(words(value));
  }
  /// Why a connection ended or did not come about: in the words of transport, bus and sync, or those with
  /// which the other end, which a certificate proves to be of this network, said good-bye.
  static Reason of_connection(std::string_view why) { return Reason(why); }
  /// Why a file or the journal cannot be written or read: as Committer, FaultNote and RevokedList say it.
  static Reason of_disk(std::string_view why) { return Reason(why); }

  /// On one line, in quotes, at most 300 octets.
  const std::string& text() const { return text_; }

 private:
  explicit Reason(std::string_view said);

  std::string text_;
};

}  // namespace feldsher
