#include "central/commands/central_folder.hpp"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

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

void expect_own(const std::filesystem::path& folder) {
  struct stat about {};
  if (geteuid() != 0 || stat(folder.c_str(), &about) != 0 || about.st_uid == 0) return;
  const passwd* owner = getpwuid(about.st_uid);
  const std::string user = owner ? owner->pw_name : std::to_string(about.st_uid);
  throw Fault(folder.string() + " is of the user " + user +
              ", who could not read what root makes there: runuser -u " + user + " -- feldsher-central …");
}

std::string start_command(const std::filesystem::path& folder, bool standby) {
  if ((folder / "").lexically_normal() == "/var/lib/feldsher-central/")
    return standby ? "systemctl start feldsher-standby" : "systemctl start feldsher-central";
  return std::string("feldsher-central ") + (standby ? "standby" : "serve") + " --config " +
         (folder / "central.toml").string();
}

}  // namespace feldsher::central
