#pragma once
#include "devices/senml/senml.hpp"

namespace feldsher::senml {

/// Reads what a device published on things/<device>/readings: a SenML pack whose first record carries
/// "epoch" and "seq". The device is who the topic says it is; names in the pack that begin with the id of
/// another one (`another_device`) show that a message came under a topic that is not its own.
///
/// Numeric values become readings with LOINC codes and UCUM units (`readings::name_reading`), in the order
/// of `readings::sort_for_pack`. Texts, truths and data are not readings; the pack's octets keep them.
boost::system::result<readings::NumberedPack, SenmlError> read_numbered_pack(DeviceId device, OctetsView json,
                                                                             std::int64_t received_ms);

}  // namespace feldsher::senml
