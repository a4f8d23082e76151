// Sessions over mutual TLS: who comes in, and what whoever does not is told.
#include <catch2/catch_test_macros.hpp>

#include "tests/unit/protocol/bus/peer.hpp"

using namespace feldsher;
using namespace feldsher::bus;
using namespace feldsher::test;

namespace {

/// A CA and certificates from the openssl command.
struct Authority {
  ThrowawayFolder folder;
  std::string ca = folder.file("ca.pem"), ca_key = folder.file("ca.key");

  Authority() {
    REQUIRE(run({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                 "-days", "1", "-subj", "/CN=test authority", "-keyout", ca_key, "-out", ca}));
  }
  void issue(const std::string& name) {
    const auto extension = folder.write(name + ".ext", "subjectAltName=IP:127.0.0.1\n");
    REQUIRE(run({"openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
                 "/CN=" + name, "-keyout", folder.file(name + ".key"), "-out", folder.file(name + ".csr")}));
    REQUIRE(
        run({"openssl", "x509", "-req", "-days", "1", "-in", folder.file(name + ".csr"), "-CA", ca, "-CAkey",
             ca_key, "-CAcreateserial", "-extfile", extension, "-out", folder.file(name + ".pem")}));
  }
  MqttSession::Options options(const Broker& broker, const std::string& name,
                               std::vector<std::string> filters) {
    auto made = Peer::plain(broker.uri("ssl"), name, std::move(filters));
    made.ca_file = ca;
    made.certificate_file = folder.file(name + ".pem");
    made.key_file = folder.file(name + ".key");
    return made;
  }
};

}  // namespace

TEST_CASE("over mutual TLS the certificate's name is the sender, and a stranger stays out",
          "[protocol][bus][X6]") {
  Authority ours, foreign;
  for (const auto* name : {"broker", "agent", "kiosk"}) ours.issue(name);
  foreign.issue("kiosk");
  const auto acl = ours.folder.write("acl", "user agent\ntopic readwrite ops/#\npattern write ops/%u/ask\n");
  Broker broker("cafile " + ours.ca + "\ncertfile " + ours.folder.file("broker.pem") + "\nkeyfile " +
                ours.folder.file("broker.key") +
                "\nrequire_certificate true\nuse_identity_as_username true\nacl_file " + acl + "\n");
  Peer agent(ours.options(broker, "agent", {"ops/+/ask"}));
  Peer kiosk(ours.options(broker, "kiosk", {}));
  REQUIRE(agent.until_connected());
  REQUIRE(kiosk.until_connected());

  // A certificate of another authority, trusting ours: the broker refuses it.
  auto stranger_options = foreign.options(broker, "kiosk", {});
  stranger_options.client_id = "stranger";
  stranger_options.ca_file = ours.ca;
  Peer stranger(std::move(stranger_options));
  // And one that trusts another authority refuses our broker.
  auto wary_options = ours.options(broker, "kiosk", {});
  wary_options.client_id = "wary";
  wary_options.ca_file = foreign.ca;
  Peer wary(std::move(wary_options));

  REQUIRE(kiosk.session->publish("ops/agent/ask", "forged", Qos::at_least_once));
  REQUIRE(kiosk.session->publish("ops/kiosk/ask", "honest", Qos::at_least_once));
  REQUIRE(agent.loop.run_until([&] { return !agent.got.empty(); }));
  CHECK(agent.got.size() == 1);
  CHECK(agent.got[0].payload == "honest");
  // Each hears why, though nobody but a person can mend it.
  const auto says = [](Peer& peer, const std::string& what) {
    return peer.loop.run_until([&] { return !peer.why_down.empty(); }) &&
           peer.why_down[0].find(what) != std::string::npos;
  };
  CHECK(says(stranger, "the broker refuses our certificate"));
  CHECK(says(wary, "the broker's certificate is not good here"));
  CAPTURE(stranger.why_down, wary.why_down);
  CHECK(stranger.why_down[0].find("unknown ca") != std::string::npos);
  CHECK(stranger.connections == 0);
  CHECK(wary.connections == 0);
}
