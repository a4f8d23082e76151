#include <iostream>

#include "central/command_line.hpp"

int main(int argc, char** argv) {
  feldsher::central::CommandLine line;
  try {
    line.app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return line.app.exit(error) == 0 ? 0 : 2;
  }
  try {
    return line.run();
  } catch (const std::exception& error) {
    std::cerr << "feldsher-central: " << error.what() << '\n';
    return 1;
  }
}
