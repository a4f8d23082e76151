#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/json/value.hpp>

#include "central/api/api.hpp"
#include "central/store/views.hpp"
#include "tests/unit/central/history/point_journal.hpp"
#include "tests/unit/protocol/crypto/folder.hpp"

namespace feldsher::test {

/// A loaded central with its API, asked without a network.
class ApiWorld {
 public:
  ApiWorld();

  struct Asked {
    int status = 0;
    boost::json::value body;
    HttpResponse response;
  };
  /// With the system's token, unless another is given; "" = none.
  Asked get(const std::string& path) { return ask("GET", path, "", system_token); }
  Asked post(const std::string& path, const std::string& body) {
    return ask("POST", path, body, system_token);
  }
  Asked ask(const std::string& method, const std::string& target, const std::string& body,
            const std::string& token, const std::string& idempotency_key = {});
  /// A record of the point becomes durable.
  void take(const Record& record);

  Folder folder;
  CoreWorld core;
  boost::asio::io_context loop{1};
  central::Views views{
      {.file = folder.path() / "views.db", .key = DatabaseKey::make(core.random), .central = core.node.id()},
      loop.get_executor(),
      [](const std::string& what) { throw std::runtime_error(what); }};
  std::uint64_t intake = 0;
  DiskClass disk = DiskClass::ample;  ///< Under central's folder.
  std::optional<central::LastBackup> backup;
  central::Tokens tokens{folder.path() / "tokens.json"};
  central::Metrics metrics;
  central::Api api;
  std::string system_token, person_token;
  PointJournal point{core};

 private:
  central::ApiWorld api_world();
};

}  // namespace feldsher::test
