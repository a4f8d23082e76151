#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/record/world.hpp"

namespace feldsher {

/// Seals a box's key to the box itself, so that its disk alone is worth nothing.
class BoxSealer {
 public:
  virtual ~BoxSealer() = default;
  /// Whether this box has what it takes.
  virtual bool available() const = 0;
  /// Both throw Fault with the reason.
  virtual Octets seal(OctetsView key) const = 0;
  virtual Octets unseal(OctetsView sealed) const = 0;
};

/// systemd-creds(1) with the box's TPM2. A service whose unit loads the credential `feldsher-box` gets it
/// opened from its manager ($CREDENTIALS_DIRECTORY) and needs no access to the TPM.
class SystemdCreds final : public BoxSealer {
 public:
  /// `driver`: a TPM that is no device of this box, as TSS2 calls it ("swtpm:host=127.0.0.1,port=2321").
  explicit SystemdCreds(std::filesystem::path program = "/usr/bin/systemd-creds",
                        std::filesystem::path tpm = "/dev/tpmrm0", std::string driver = {})
      : program_(std::move(program)), tpm_(std::move(tpm)), driver_(std::move(driver)) {}
  bool available() const override;
  Octets seal(OctetsView key) const override;
  Octets unseal(OctetsView sealed) const override;

 private:
  Octets run_with(std::vector<std::string> words, OctetsView input) const;

  std::filesystem::path program_, tpm_;
  std::string driver_;
};

/// The key that wraps a box's other keys at rest (AES-256-GCM): `box.cred`, sealed to the box, or else
/// `box.key`, which only its mode of 600 protects.
class BoxKey {
 public:
  /// A new one in memory.
  static BoxKey make(Random& random);
  /// What lies in `folder` under `name` ("box"); nothing when nothing does. Throws Fault.
  static std::optional<BoxKey> load(const std::filesystem::path& folder, const std::string& name,
                                    const BoxSealer& sealer);
  /// Puts it there, sealed if that is possible here. Throws Fault.
  void save(const std::filesystem::path& folder, const std::string& name, const BoxSealer& sealer);

  bool sealed() const { return sealed_; }
  /// `what` names the wrapped key: it opens under that name only.
  std::string wrap(OctetsView key, std::string_view what, Random& random) const;
  /// Nothing when it was wrapped by another box key, for another name, or was changed.
  std::optional<Octets> unwrap(std::string_view wrapped, std::string_view what) const;

 private:
  explicit BoxKey(Octets key) : key_(std::move(key)) {}
  Octets key_;
  bool sealed_ = false;
};

/// Whether a text is a wrapped key at all.
bool is_wrapped(std::string_view text);

}  // namespace feldsher
