#include "central/commands/central_folder.hpp"

#include "central/commands/json_input.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::central {

CentralFolder CentralFolder::plan(const std::filesystem::path& folder, Identity identity) {
  return {folder, std::move(identity)};
}

CentralFolder CentralFolder::open(const std::filesystem::path& folder) {
  const auto file = folder / "identity.json";
  if (!std::filesystem::exists(file))
    throw Fault(folder.string() + " is no central's folder: make one with `feldsher-central init --dir " +
                folder.string() + " --name NAME`");
  try {
    const boost::json::value text = read_json_file(file);
    JsonObject fields(text, "");
    Identity identity{.tenant = TenantId{fields.id("tenant")},
                      .node = NodeId{fields.id("node")},
                      .name = fields.text("name")};
    fields.done();
    return {folder, std::move(identity)};
  } catch (const BadInput& bad) {
    throw Fault(file.string() + ": " + bad.what());
  }
}

}  // namespace feldsher::central
