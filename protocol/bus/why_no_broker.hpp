#pragma once
#include <string>

#include "protocol/bus/mqtt_session.hpp"

namespace feldsher::bus {

/// Why a connection cannot come about, as a sentence for whoever has to mend it; empty when nothing is found.
///
/// Paho says "connect failure", whatever it was. This goes the same way once more, up to where MQTT would
/// begin, and looks: whether anybody listens, whether either side does not believe the other's certificate.
/// Blocks for some seconds at the most; throws nothing that a network could cause.
std::string why_no_broker(const MqttSession::Options& options);

}  // namespace feldsher::bus
