// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "engine/dead_letters.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/digest.h"
#include "core/file.h"
#include "engine/checkpoint_store.h"
#include "engine/commit.h"

namespace weirflow::engine {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

namespace {

constexpr std::string_view kLetters = ".jsonl";

/// "replay-...": the mark of the replay that wrote the file; of others "".
std::string replay_of(const std::string& file) {
  if (!file.starts_with(kReplay)) return {};
  return file.substr(0, file.rfind('-'));
}

std::vector<std::string> letter_files(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (entry.is_regular_file(error) && entry.path().extension() == kLetters)
      files.push_back(entry.path().filename().string());
  std::sort(files.begin(), files.end());
  return files;
}

struct Mark {
  std::string digest, run;
};
/// By file and place.
using Marks = std::map<std::pair<std::string, int64_t>, std::vector<Mark>>;

wf::Result<Marks> read_marks(const std::string& folder) {
  Marks marks;
  for (const std::string& name : letter_files(folder + "/replayed")) {
    const std::string path = folder + "/replayed/" + name;
    WF_ASSIGN(const std::string text, read_file(path));
    const std::string run = name.substr(0, name.size() - kLetters.size());
    for (size_t at = 0; at < text.size();) {
      const size_t end = std::min(text.find('\n', at), text.size());
      const Json json = Json::parse(text.substr(at, end - at), nullptr, false);
      // Without its marks a row would be put back twice.
      if (!json.is_object() || !json.contains("file") || !json.contains("offset"))
        return wf::invalid_data(path + ": is damaged: a line of it is no mark");
      marks[{json.value("file", ""), json.value("offset", int64_t{0})}].push_back(
          {json.value("digest", ""), run});
      at = end + 1;
    }
  }
  return marks;
}

/// Up to here a stream's file is committed. Without a checkpoint: all of it.
int64_t committed_bytes(const std::string& home, const std::string& dag, const std::string& file) {
  if (file != std::string(kShard) + std::string(kLetters)) return INT64_MAX;
  const auto store = CheckpointStore::look_at(home, dag, std::string(kShard));
  if (!store.ok()) return INT64_MAX;
  const auto all = (*store)->list();
  if (!all.ok()) return INT64_MAX;
  for (auto listed = all->rbegin(); listed != all->rend(); ++listed)
    if (listed->committed)
      if (const auto manifest = CheckpointStore::manifest(*listed); manifest.ok())
        return manifest->dead_letter_bytes;
  return INT64_MAX;
}

std::string text_of(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

int64_t number_of(const Json& json, const char* key, int64_t otherwise) {
  const auto found = json.find(key);
  return found != json.end() && found->is_number_integer() ? found->get<int64_t>() : otherwise;
}

/// False: the line is no letter.
bool read_letter(const std::string& line, DeadLetter& letter) {
  const Json json = Json::parse(line, nullptr, false);
  if (!json.is_object() || !json.contains("task") || !json.contains("code")) return false;
  letter.digest = sha256_hex(line).substr(0, 16);
  letter.task = text_of(json, "task");
  letter.code = text_of(json, "code");
  letter.message = text_of(json, "message");
  letter.position = text_of(json, "position");
  letter.row = text_of(json, "row");
  letter.run = text_of(json, "run");
  letter.time = text_of(json, "time");
  letter.port = text_of(json, "port");
  letter.attempt = number_of(json, "attempt", 1);
  letter.epoch = number_of(json, "epoch", 0);
  const auto input = base64_decode(text_of(json, "input")),
             raw = base64_decode(text_of(json, "raw"));
  if (!input || !raw) return false;
  letter.input = *input;
  letter.raw = *raw;
  return true;
}

}  // namespace

bool LetterFilter::matches(const DeadLetter& letter) const {
  return (task.empty() || letter.task == task) && (code.empty() || letter.code == code) &&
         letter.time >= since;
}

std::string letters_folder(const std::string& home, const std::string& dag) {
  return home + "/dead_letters/" + dag;
}

std::vector<std::string> dags_with_letters(const std::string& home) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(home + "/dead_letters", error))
    if (entry.is_directory(error)) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

wf::Status visit_letters(const std::string& home, const std::string& dag,
                         const std::function<bool(const DeadLetter&)>& visit,
                         std::vector<std::string>& problems) {
  const std::string folder = letters_folder(home, dag);
  WF_ASSIGN(const Marks marks, read_marks(folder));
  std::error_code error;
  for (const std::string& name : letter_files(folder)) {
    const std::string replay = replay_of(name);
    if (!replay.empty() && !fs::exists(folder + "/replayed/" + replay + ".jsonl", error)) continue;
    const std::string path = folder + "/" + name;
    const int64_t end = committed_bytes(home, dag, name);
    std::ifstream in(path, std::ios::binary);
    if (!in) return errno_status(path);
    int64_t offset = 0, number = 0;
    for (std::string line; std::getline(in, line);
         offset += static_cast<int64_t>(line.size()) + 1) {
      ++number;
      if (offset >= end || in.eof()) break;  // not committed; still being written
      DeadLetter letter;
      letter.file = name;
      letter.offset = offset;
      if (!read_letter(line, letter)) {
        problems.push_back(path + ":" + std::to_string(number) + ": is no dead letter");
        continue;
      }
      if (const auto found = marks.find({name, offset}); found != marks.end())
        for (const Mark& mark : found->second)
          if (mark.digest == letter.digest) letter.replayed = mark.run;
      if (!visit(letter)) return {};
    }
    if (in.bad()) return errno_status(path);
  }
  return {};
}

std::string mark_line(const DeadLetter& letter) {
  return Json({{"file", letter.file}, {"offset", letter.offset}, {"digest", letter.digest}})
             .dump() +
         "\n";
}

void remove_uncommitted_replays(const std::string& home, const std::string& dag) {
  const std::string folder = letters_folder(home, dag);
  std::error_code error;
  std::vector<fs::path> gone;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    const std::string replay = replay_of(name);
    if (!replay.empty() && !fs::exists(folder + "/replayed/" + replay + ".jsonl", error))
      gone.push_back(entry.path());
  }
  // Marks that never got their name.
  for (const auto& entry : fs::directory_iterator(folder + "/replayed", error))
    if (entry.path().extension() != kLetters) gone.push_back(entry.path());
  for (const fs::path& path : gone) fs::remove(path, error);
}

}  // namespace weirflow::engine
