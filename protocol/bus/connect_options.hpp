#pragma once
#include <mqtt/connect_options.h>

#include <string>

#include "protocol/bus/mqtt_session.hpp"

namespace feldsher::bus {

/// What Paho is told of a connection.
mqtt::connect_options connect_options(const MqttSession::Options& options);
/// The id that a session has at its broker. A broker ends a session when another client comes with its id,
/// whatever certificate that one shows: so its ending is drawn, and nobody knows it.
std::string drawn_client_id(const MqttSession::Options& options);

}  // namespace feldsher::bus
