#pragma once
#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "central/commands/act.hpp"
#include "central/commands/init.hpp"
#include "central/commands/issue.hpp"
#include "central/commands/look.hpp"
#include "central/commands/look_clinic.hpp"
#include "central/commands/rotate.hpp"
#include "central/copies/backup.hpp"
#include "central/copies/restore.hpp"

namespace feldsher::central {

/// What the command line says, and what each command does with it.
class CommandLine {
 public:
  CommandLine();

  CLI::App app{
      "Feldsher central: the network's memory.\n"
      "Exit: 0 done, 1 it could not be done, 2 the command line is wrong, 3 the disk failed while serving,\n"
      "4 a standby holds other records than central: only a person can say which are right."};
  std::string dir, config, file;
  InitWish init_wish;
  IssueWish issue_wish;
  LookWish look_wish;
  ReadingsWish readings_wish;
  BackupWish backup_wish;
  RestoreWish restore_wish;
  RotateWish rotate_wish;
  BookWish book_wish;
  MinutesWish minutes_wish;
  std::string point, node, terminal, device, standby;
  std::string id, person, kind = "system", name, query, patient, day, revoke;
  std::vector<std::string> broker_hosts;
  bool all = false, verify = false, only_local = false;
  std::function<int()> run;

 private:
  /// A command that is done when `act` has returned.
  CLI::App* command(const char* command_name, const char* help, std::function<void()> act);
  /// One that writes in central's data folder, as the folder's owner.
  CLI::App* on_folder(const char* command_name, const char* help,
                      std::function<void(const CentralFolder&)> act);
  CLI::App* on_folder(CLI::App* sub, std::function<void(const CentralFolder&)> act);
  /// Its answer may be wished for as JSON.
  CLI::App* for_programs(CLI::App* sub);
  /// One that asks the running central.
  CLI::App* asking(const char* command_name, const char* help, std::function<void()> act);
  void add_folder_commands();
  void add_enrolment();
  void add_broker_names(CLI::App* points);
  void add_copies();
  void add_questions();
  void add_clinic();
};

}  // namespace feldsher::central
