// What any subscriber costs: Paho, the agent's topic filter and certificate, QoS 1; it counts, and does
// nothing.
#include <fmt/format.h>
#include <mqtt/async_client.h>

#include <CLI/CLI.hpp>
#include <csignal>

#include "protocol/bus/send_at_once.hpp"
#include "protocol/bus/topics.hpp"
#include "tests/bench/flood/counts_file.hpp"

int main(int count, char** arguments) {
  using namespace feldsher;
  CLI::App app("Counts readings, and does nothing with them, until SIGTERM.");
  std::uint16_t port = 0;
  std::string identity, counts_path;
  app.add_option("--port", port, "Of the broker, on 127.0.0.1")->required();
  app.add_option("--identity", identity, "Folder with ca.pem, certificate.pem and key.pem of the agent")
      ->required();
  app.add_option("--counts", counts_path, "File to count in")->required();
  CLI11_PARSE(app, count, arguments);

  sigset_t end;
  sigemptyset(&end);
  sigaddset(&end, SIGTERM);
  sigaddset(&end, SIGINT);
  pthread_sigmask(SIG_BLOCK, &end, nullptr);  // Before Paho's threads are there, which inherit it.
  try {
    bench::CountsFile counts(counts_path);
    mqtt::async_client client(fmt::format("ssl://127.0.0.1:{}", port), "bench-subscriber",
                              mqtt::create_options(MQTTVERSION_3_1_1));
    client.set_message_callback([&](mqtt::const_message_ptr) {
      counts->received.fetch_add(1);
      counts->kept.fetch_add(1);
    });
    mqtt::ssl_options tls;
    tls.set_trust_store(identity + "/ca.pem");
    tls.set_key_store(identity + "/certificate.pem");
    tls.set_private_key(identity + "/key.pem");
    tls.set_verify(true);
    mqtt::connect_options how;
    how.set_mqtt_version(MQTTVERSION_3_1_1);
    how.set_clean_session(true);
    how.set_ssl(tls);
    client.connect(how)->wait();
    bus::send_at_once(port);  // As the agent does.
    client.subscribe(std::string(bus::all_readings), 1)->wait();
    fmt::print("ready\n");
    std::fflush(stdout);
    int signal = 0;
    sigwait(&end, &signal);
    client.disconnect()->wait();
    return 0;
  } catch (const std::exception& fault) {
    fmt::print(stderr, "bench_subscriber: {}\n", fault.what());
    return 1;
  }
}
