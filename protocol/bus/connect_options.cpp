#include "protocol/bus/connect_options.hpp"

#include <random>

namespace feldsher::bus {

mqtt::connect_options connect_options(const MqttSession::Options& options) {
  // Not version 5: with 20 publishes under way (Mosquitto's receive maximum) Paho C 1.3.12 sends the
  // next only after a second, because no PUBACK wakes its sender; and the C++ wrapper loses the
  // version's properties when options are copied. Its reason codes mean nothing to us: no MQTT
  // acknowledgement does.
  mqtt::connect_options how;
  how.set_mqtt_version(MQTTVERSION_3_1_1);
  how.set_clean_session(true);
  how.set_keep_alive_interval(options.keep_alive);
  how.set_connect_timeout(std::chrono::seconds(5));
  how.set_automatic_reconnect(false);
  if (!options.ca_file.empty()) {
    mqtt::ssl_options tls;
    tls.set_trust_store(options.ca_file);
    tls.set_key_store(options.certificate_file);
    tls.set_private_key(options.key_file);
    // "Default" is whatever OpenSSL allows (1.2 and 1.3); Paho's "1.2" would mean 1.2 alone.
    tls.set_ssl_version(MQTT_SSL_VERSION_DEFAULT);
    tls.set_verify(true);
    tls.set_enable_server_cert_auth(true);
    how.set_ssl(tls);
  }
  return how;
}

std::string drawn_client_id(const MqttSession::Options& options) {
  constexpr const char* digits = "0123456789abcdef";
  std::random_device random;
  std::string id = options.client_id + "-";
  for (int i = 0; i < 16; ++i) id += digits[random() % 16];
  return id;
}

}  // namespace feldsher::bus
