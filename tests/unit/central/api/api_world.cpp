#include "tests/unit/central/api/api_world.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/json/parse.hpp>
#include <chrono>

namespace feldsher::test {

central::ApiWorld ApiWorld::api_world() {
  core.node.on_record = [this](std::uint64_t, const Record& record) {
    views.project(++intake, record);
    metrics.record(record);
  };
  core.start();
  core.load(clinic_text());
  return {.node = core.node,
          .history = views,
          .ledger = core.ledger,
          .tokens = tokens,
          .metrics = metrics,
          .pass_key = core.pass_key,
          .now =
              [this] {
                return central::Metrics::Now{.points = core.node.points(),
                                             .intake = intake,
                                             .disk = disk,
                                             .disk_space = {900, 10'000},
                                             .disk_reserve = true,
                                             .backup = backup};
              },
          .crypto =
              [](std::function<void()> work, std::function<void(std::exception_ptr)> then) {
                std::exception_ptr thrown;
                try {
                  work();
                } catch (...) {
                  thrown = std::current_exception();
                }
                then(thrown);
              }};
}

ApiWorld::ApiWorld() : api(api_world()) {
  system_token = tokens.make({.name = "demo", .kind = central::TokenKind::system, .person = {}}, core.random,
                             core.clock.at);
  person_token = tokens.make({.name = "ada", .kind = central::TokenKind::person, .person = {}}, core.random,
                             core.clock.at);
}

ApiWorld::Asked ApiWorld::ask(const std::string& method, const std::string& target, const std::string& body,
                              const std::string& token, const std::string& idempotency_key) {
  auto parsed = parse_target(target).value();
  HttpRequest request{
      .method = method, .path = parsed.path, .query = parsed.query, .headers = {}, .body = body};
  if (!token.empty()) request.headers["authorization"] = "Bearer " + token;
  if (!idempotency_key.empty()) request.headers["idempotency-key"] = idempotency_key;
  Asked asked;
  api.serve(request, [&](HttpResponse response) {
    asked.status = response.status;
    asked.response = std::move(response);
  });
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  loop.restart();
  auto work = boost::asio::make_work_guard(loop);
  while (asked.status == 0 && std::chrono::steady_clock::now() < until)
    loop.run_one_for(std::chrono::milliseconds(100));
  if (asked.response.content_type.find("json") != std::string::npos && !asked.response.body.empty())
    asked.body = boost::json::parse(asked.response.body);
  return asked;
}

void ApiWorld::take(const Record& record) {
  Transaction transaction;
  transaction.records.push_back(record);
  core.store.commit({&transaction, 1});
  views.project(++intake, record);
}

}  // namespace feldsher::test
