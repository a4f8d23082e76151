#pragma once
#include <filesystem>
#include <iosfwd>
#include <string>

namespace feldsher::edge {

struct EnrolWish {
  std::string code;              ///< As central printed it.
  std::filesystem::path folder;  ///< Becomes the point's data folder.
  std::filesystem::path
      broker;            ///< Gets the broker's ca.pem, certificate.pem, key.pem; empty: see broker_folder.
  std::string software;  ///< "feldsher-edge 0.1.0".
};

/// Makes a bare box a point's: makes its keys here, has them certified by the central that the code names,
/// and by no other, writes folder and configuration. Blocks. Throws Fault with what happened and what to do;
/// then nothing was written, and the code is as it was unless central says otherwise.
void enrol(const EnrolWish& wish, std::ostream& out);

/// Where a broker's keys are when nobody says so: for the folder of the Debian package in `installed`, where
/// the package keeps them, else in `folder`/broker.
std::filesystem::path broker_folder(const std::filesystem::path& folder,
                                    const std::filesystem::path& installed = "/etc/feldsher/broker");

/// What to type next, on one or more lines, to run the point in `folder`. `sealed`: its box key is sealed to
/// this box's TPM2, which the package's service does not see.
std::string start_commands(const std::filesystem::path& folder, bool sealed);
/// Those of them that have the service manager open a sealed box key, each line with `before`; none when the
/// folder is not the package's.
std::string open_commands(const std::filesystem::path& folder, const std::string& before);

/// What root makes in somebody's folder is that somebody's. Throws Fault.
void give_to_owner(const std::filesystem::path& folder);

}  // namespace feldsher::edge
