// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "engine/recovery.h"

#include <algorithm>
#include <chrono>
#include <random>
#include <thread>

#include "core/clock.h"
#include "core/digest.h"
#include "core/file.h"
#include "engine/commit.h"

namespace weirflow::engine {

namespace {

using Listed = CheckpointStore::Listed;

std::string random_id() {
  std::random_device random;
  std::string bytes;
  for (int i = 0; i < 16; ++i) bytes += static_cast<char>(random());
  return hex_encode(bytes);
}

class Recoverer {
 public:
  Recoverer(CheckpointStore& store, std::vector<Committing>& committing, plugin::Registry& registry,
            const RecoveryChoice& choice, const LogSink& log,
            const std::function<bool()>& cancelled)
      : store_(store),
        committing_(committing),
        registry_(registry),
        choice_(choice),
        log_(log),
        cancelled_(cancelled) {}

  wf::Result<Recovery> recover() {
    store_.remove_unfinished();
    WF_ASSIGN(all_, store_.list());
    for (const Listed& l : all_) result_.epoch = std::max(result_.epoch, l.epoch);
    Committing* decider = nullptr;
    for (Committing& c : committing_)
      if (c.mode == wf::CommitMode::decides) decider = &c;
    wf::Committer::Recorded recorded;
    if (decider) {
      WF_ASSIGN(recorded, decider->committer->recover());
      result_.epoch = std::max(result_.epoch, recorded.epoch);
    }
    if (choice_.from_checkpoint) {
      WF_TRY(take_choice());
    } else if (decider && recorded.epoch >= 0) {
      WF_TRY(take_recorded(recorded));
    } else {
      WF_TRY(take_newest());
    }
    WF_TRY(settle());
    result_.lineage = result_.from ? result_.from->manifest.lineage : random_id();
    // All inputs had ended: a new line begins; of the old one only positions are gone on from.
    if (result_.from && result_.from->manifest.final) result_.lineage = random_id();
    if (result_.from && result_.from->manifest.tasks.empty()) result_.from.reset();
    result_.record_first = decider && (recorded.epoch < 0 || choice_.from_checkpoint);
    if (result_.record_first && result_.epoch > 0 && !result_.from) ++result_.epoch;
    return std::move(result_);
  }

 private:
  [[nodiscard]] Listed* find(int64_t epoch) {
    const auto found =
        std::find_if(all_.begin(), all_.end(), [&](const Listed& l) { return l.epoch == epoch; });
    return found == all_.end() ? nullptr : &*found;
  }

  void warn(const std::string& message) const {
    if (log_) log_({wall_us(), wf::LogLevel::warning, "checkpoints", message});
  }

  [[nodiscard]] wf::Status refuse(int64_t epoch, const std::string& why) const {
    std::string older;
    for (const Listed& l : all_)
      if (l.committed && l.epoch < epoch) older = std::to_string(l.epoch);
    std::string choices = "put " + store_.folder() + "/" + std::to_string(epoch) +
                          " back as it was, or say where to begin and that rows may come twice: ";
    if (!older.empty()) choices += "--from-checkpoint " + older + " --accept-duplicates, or ";
    choices += "--from-checkpoint none --accept-duplicates";
    return {wf::Code::conflict, why + "; " + choices};
  }

  wf::Status take_choice() {
    if (!committing_.empty() && !choice_.accept_duplicates)
      return wf::invalid_config(
          "--from-checkpoint: sinks of this DAG have shown rows that would come again; "
          "add --accept-duplicates if that is what you want");
    if (*choice_.from_checkpoint == "none") return {};
    const std::string& choice = *choice_.from_checkpoint;
    if (CheckpointStore::is_savepoint_name(choice)) return take_savepoint(choice);
    const auto chosen = std::find_if(all_.begin(), all_.end(), [&](const Listed& l) {
      return std::to_string(l.epoch) == choice;
    });
    if (chosen == all_.end()) {
      std::string there;
      for (const Listed& l : all_) there += (there.empty() ? "" : ", ") + std::to_string(l.epoch);
      return wf::not_found("--from-checkpoint: there is no checkpoint '" + choice + "'" +
                           (there.empty() ? "" : "; there are " + there));
    }
    WF_ASSIGN(result_.from, store_.load(*chosen));
    return {};
  }

  wf::Status take_savepoint(const std::string& name) {
    WF_ASSIGN(const auto saved, store_.savepoints());
    std::string there;
    for (const CheckpointStore::Savepoint& s : saved) {
      there += (there.empty() ? "" : ", ") + s.name;
      if (s.name != name) continue;
      WF_ASSIGN(const Listed listed, store_.bring_back(s));
      if (!find(listed.epoch)) all_.insert(all_.begin(), listed);
      result_.epoch = std::max(result_.epoch, listed.epoch);
      WF_ASSIGN(result_.from, store_.load(listed));
      return {};
    }
    return wf::not_found("--from-checkpoint: there is no savepoint '" + name + "'" +
                         (there.empty() ? "" : "; there are " + there));
  }

  wf::Status take_recorded(const wf::Committer::Recorded& recorded) {
    const std::string name = "checkpoint " + std::to_string(recorded.epoch);
    Listed* listed = find(recorded.epoch);
    if (!listed)
      return refuse(recorded.epoch, name + " is the last that was committed, and it is not there");
    wf::Result<CheckpointStore::Loaded> loaded = store_.load(*listed);
    if (!loaded.ok())
      return refuse(recorded.epoch,
                    name + " is the last that was committed: " + loaded.error().message());
    if (loaded->hash != recorded.manifest_hash)
      return refuse(recorded.epoch, name + " is the last that was committed, but the one in " +
                                        listed->path + " is another one of that number");
    // A crash between the commit and its mark.
    WF_TRY(store_.mark_committed(recorded.epoch));
    listed->committed = true;
    loaded->path = listed->path = store_.folder() + "/" + std::to_string(recorded.epoch);
    result_.from = std::move(*loaded);
    return {};
  }

  wf::Status take_newest() {
    std::vector<const Listed*> committed;
    for (const Listed& l : all_)
      if (l.committed) committed.push_back(&l);
    for (auto it = committed.rbegin(); it != committed.rend(); ++it) {
      wf::Result<CheckpointStore::Loaded> loaded = store_.load(**it);
      if (loaded.ok()) {
        result_.from = std::move(*loaded);
        return {};
      }
      if (!committing_.empty())
        return refuse((*it)->epoch,
                      "checkpoint " + std::to_string((*it)->epoch) +
                          " is the last that was committed: " + loaded.error().message());
      warn(loaded.error().message() + "; the checkpoint before it is used");
    }
    return {};
  }

  /// Followers: forward up to the checkpoint, back behind it. Newer checkpoints go.
  wf::Status settle() {
    const int64_t epoch = result_.from ? result_.from->manifest.epoch : 0;
    for (const Listed& l : all_) {
      const bool forward = l.committed && l.epoch <= epoch;
      if (forward && l.delivered) continue;
      wf::Result<CheckpointStore::Loaded> loaded =
          result_.from && l.epoch == epoch ? *result_.from : store_.load(l);
      if (!loaded.ok()) {
        // Of an older one nothing was left to do, unless its rows are sent after the commit.
        warn(loaded.error().message());
        if (!forward) WF_TRY(store_.remove(l));
        continue;
      }
      for (const CommitEntry& entry : loaded->manifest.commits) {
        if (entry.decides) continue;
        WF_ASSIGN(const std::string blob, CheckpointStore::read(*loaded, entry.blob));
        WF_TRY(forward ? commit_patiently(entry, loaded->hash, blob) : abort(entry, blob));
      }
      if (!forward) WF_TRY(store_.remove(l));
    }
    return {};
  }

  [[nodiscard]] plugin::Committer* committer_of(const std::string& key) const {
    for (Committing& c : committing_)
      if (c.key == key) return c.committer.get();
    return nullptr;
  }

  /// The other side may be down still: nothing goes on without it, and nothing is lost meanwhile.
  wf::Status commit_patiently(const CommitEntry& entry, const std::string& hash,
                              const std::string& blob) {
    for (bool said = false;;) {
      wf::Status status = commit(entry, hash, blob);
      if (status.code() != wf::Code::unavailable && status.code() != wf::Code::timeout)
        return std::move(status).with_context(entry.task);
      if (!std::exchange(said, true))
        warn("the commit of epoch " + std::to_string(entry.epoch) + " waits for " + entry.task +
             ": " + status.message());
      if (cancelled_()) return wf::cancelled("cancelled");
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  }

  wf::Status commit(const CommitEntry& entry, const std::string& hash, const std::string& blob) {
    const auto epoch = static_cast<uint64_t>(entry.epoch);
    if (plugin::Committer* mine = committer_of(entry.key)) return mine->commit(epoch, hash, blob);
    return commit_stored(registry_, entry.component, entry.key, epoch, hash, blob);
  }

  wf::Status abort(const CommitEntry& entry, const std::string& blob) {
    plugin::Committer* mine = committer_of(entry.key);
    // The DAG has the sink no more: what it had prepared stays hidden.
    return mine ? mine->abort(static_cast<uint64_t>(entry.epoch), blob) : wf::Status();
  }

  CheckpointStore& store_;
  std::vector<Committing>& committing_;
  plugin::Registry& registry_;
  const RecoveryChoice& choice_;
  const LogSink& log_;
  const std::function<bool()>& cancelled_;
  std::vector<Listed> all_;
  Recovery result_;
};

}  // namespace

wf::Result<Recovery> recover_checkpoints(CheckpointStore& store,
                                         std::vector<Committing>& committing,
                                         plugin::Registry& registry, const RecoveryChoice& choice,
                                         const LogSink& log,
                                         const std::function<bool()>& cancelled) {
  return Recoverer(store, committing, registry, choice, log, cancelled).recover();
}

wf::Result<std::string> home_id(const std::string& home) {
  const std::string path = home + "/id";
  for (int tries = 0; tries < 2; ++tries) {
    wf::Result<std::string> id = read_file(path);
    if (id.ok()) return id;
    if (id.error().code() != wf::Code::not_found) return id;
    WF_TRY(make_folders(home));
    WF_TRY(write_file_durably(path, random_id().substr(0, 12)));
  }
  return read_file(path);
}

}  // namespace weirflow::engine
