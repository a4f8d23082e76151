// Commands about copies of central: backup, restore, standby, promote.
#include <iostream>

#include "central/command_line.hpp"
#include "central/commands/config.hpp"
#include "central/copies/standby_folder.hpp"
#include "central/serve/serve.hpp"

namespace feldsher::central {

void CommandLine::add_copies() {
  CLI::App* out =
      command("backup", "Copy a central, running or not, to a new folder: encrypted, verified, signed",
              [this] { back_up(backup_wish, std::cout); });
  out->add_option("to", backup_wish.to, "Folder to make")->required();
  out->add_option("--config", backup_wish.config, "central.toml")->required();
  out->add_option("--passphrase-file", backup_wish.passphrase_file,
                  "File whose first line seals the secrets; default: it is asked for");

  CLI::App* in =
      command("restore",
              "Check a backup; make a data folder of it: a central's in a new life, or a standby's", [this] {
                if (!restore_wish.into.empty()) expect_own(restore_wish.into);
                restore(restore_wish, std::cout);
              });
  in->add_option("from", restore_wish.from, "The backup")->required();
  CLI::Option* into =
      in->add_option("into", restore_wish.into, "Folder to make; without it the backup is only checked");
  in->add_flag("--verify", verify,
               "Check every signature, chain and count: always done, also without a folder");
  in->add_option("--passphrase-file", restore_wish.passphrase_file,
                 "File whose first line opens the secrets; default: it is asked for");
  CLI::Option* pull =
      in->add_option("--pull", restore_wish.pull,
                     "HOST:PORT of a standby: what it holds that came after the backup comes back too")
          ->needs(into);
  in->add_option("--standby-of", restore_wish.standby_of,
                 "HOST:PORT of a running central: make the folder of a standby that follows it")
      ->needs(into)
      ->excludes(pull);

  in->add_flag("--revoke-tokens", restore_wish.revoke_tokens,
               "End every token of the backup: of one that was revoked since, it does not know")
      ->needs(into);

  CLI::App* following =
      app.add_subcommand("standby", "Follow a central until stopped, holding all that it holds");
  following->add_option("--config", config, "central.toml of the standby's folder")->required();
  following->callback([this] { run = [this] { return follow(read_config(config)); }; });

  on_folder("promote", "Make a stopped standby central: the one before must be off for good",
            [this](const CentralFolder& folder) { promote(folder, restore_wish.revoke_tokens, std::cout); })
      ->add_flag("--revoke-tokens", restore_wish.revoke_tokens,
                 "End every token that the standby was made with: of one revoked since, it does not know");
}

}  // namespace feldsher::central
