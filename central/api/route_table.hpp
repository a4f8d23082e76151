#pragma once
#include <map>
#include <string>
#include <vector>

#include "central/api/once.hpp"
#include "central/commands/json_input.hpp"
#include "central/commands/tokens.hpp"

namespace feldsher::central {

/// Who asks: what their token says.
struct Caller {
  v1::Actor actor;
  TokenKind kind = TokenKind::system;
  std::optional<OnceKey> once = {};  ///< A POST with an Idempotency-Key.
};

/// What a request says, read once into valid values. Everything throws BadInput.
class RouteInput {
 public:
  RouteInput(const HttpRequest& request, std::map<std::string, std::string, std::less<>> path)
      : request_(request), path_(std::move(path)) {}

  Uuid path_id(std::string_view name) const;
  std::optional<std::string> query(const std::string& name);
  Uuid query_id(const std::string& name);  ///< Must be there.
  std::optional<Uuid> optional_query_id(const std::string& name);
  std::string query_day(const std::string& name);  ///< "2026-11-22"; must be there.
  std::size_t query_count(const std::string& name, std::size_t otherwise, std::size_t most);
  std::optional<std::int64_t> query_time_ms(const std::string& name);  ///< Unix ms, or "2026-11-22T09:43Z".
  const std::string& body() const { return request_.body; }
  /// No parameter was left over.
  void done() const;

 private:
  const HttpRequest& request_;
  std::map<std::string, std::string, std::less<>> path_;
  std::set<std::string> asked_;
};

enum class Scope {
  anybody,  ///< Without a token.
  reader,   ///< Any token.
  system,   ///< A system's token only.
};

/// The API's addresses. Who asks is known before the address is even looked at, so that nobody without a
/// token learns what there is.
class RouteTable {
 public:
  using WhoIs = std::function<std::optional<Caller>(std::string_view token)>;
  /// A request was answered: the route's pattern ("-" when none fits), never its path.
  using Answered = std::function<void(const std::string& route, int status)>;
  using Respond = std::function<void(HttpResponse)>;

  RouteTable(WhoIs who_is, Answered answered) : who_is_(std::move(who_is)), answered_(std::move(answered)) {}

  struct Address {
    std::string method, pattern;  ///< "GET", "/api/v1/patients/{id}"
    Scope scope = Scope::reader;
  };
  /// `read` turns the request into an `Input`, `act` does it.
  template <class Input>
  void add(Address address, Input (*read)(RouteInput&),
           std::function<void(Input, const Caller&, Reply)> act) {
    put(std::move(address), [read, act = std::move(act)](RouteInput& in, const Caller& caller, Reply reply) {
      Input input = read(in);
      in.done();
      act(std::move(input), caller, std::move(reply));
    });
  }
  /// A page that is not JSON.
  void add_page(Address address, std::function<HttpResponse()> page);

  void serve(const HttpRequest& request, Respond respond) const;

 private:
  using Serve = std::function<void(RouteInput&, const Caller&, Reply)>;
  struct Route {
    Address address;
    std::vector<std::string> parts;
    Serve serve;
    std::function<HttpResponse()> page;
  };
  void put(Address address, Serve serve);
  static std::optional<std::map<std::string, std::string, std::less<>>> match(
      const Route& route, const std::vector<std::string>& parts);

  WhoIs who_is_;
  Answered answered_;
  std::vector<Route> routes_;
};

}  // namespace feldsher::central
