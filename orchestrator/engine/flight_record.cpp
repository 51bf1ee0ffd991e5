// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "engine/flight_record.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>

#include "core/file.h"

namespace weirflow::engine {

namespace {

constexpr uint64_t kMagic = 0x31464c4657454957;  // "WIEWFLF1", little-endian
constexpr uint32_t kSlots = 2048;                // threads at the same time; further ones go unseen
constexpr int32_t kExit = -1;                    // in place of a signal
constexpr std::array kFatal = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

/// All of it is shared between two processes of the same program: numbers and offsets only.
struct Slot {
  std::atomic<int32_t> taken{0};
  std::atomic<int32_t> node{-1};
  std::atomic<int32_t> signal{0};
};
struct Text {
  uint32_t offset = 0, length = 0;
};
struct Task {
  std::atomic<int32_t> state{0}, attempts{0};
  int32_t kind = 0;
  Text name, component;
};
struct Header {
  uint64_t magic = 0;
  uint32_t tasks = 0, texts = 0;
  Text dag, dag_version;
  char run_id[64] = {};
  std::atomic<int32_t> finished{0};
  Slot slots[kSlots];
};
static_assert(std::atomic<int32_t>::is_always_lock_free);

Task* tasks_of(char* memory) { return reinterpret_cast<Task*>(memory + sizeof(Header)); }
size_t texts_at(size_t tasks) { return sizeof(Header) + tasks * sizeof(Task); }

std::atomic<Header*> g_record{nullptr};

/// The slot of a thread, given back when the thread ends; with it a stack for the handler, which
/// must also work when the ordinary one has overflowed.
class ThreadSlot {
 public:
  ThreadSlot() {
    Header* record = g_record.load(std::memory_order_acquire);
    for (uint32_t i = 0; record && i < kSlots && !slot_; ++i) {
      int32_t no = 0;
      if (record->slots[i].taken.compare_exchange_strong(no, 1)) slot_ = &record->slots[i];
    }
    if (!slot_) return;
    stack_.reset(new char[kStack]);
    stack_t stack{};
    stack.ss_sp = stack_.get();
    stack.ss_size = kStack;
    ::sigaltstack(&stack, nullptr);
  }
  ~ThreadSlot() {
    if (!slot_) return;
    stack_t none{};
    none.ss_flags = SS_DISABLE;
    ::sigaltstack(&none, nullptr);
    if (!g_record.load(std::memory_order_acquire)) return;
    // A thread that ends inside a component is one that called exit().
    if (slot_->node >= 0)
      slot_->signal = kExit;
    else
      slot_->taken = 0;
  }
  ThreadSlot(const ThreadSlot&) = delete;
  ThreadSlot& operator=(const ThreadSlot&) = delete;
  [[nodiscard]] Slot* get() const { return slot_; }

 private:
  static constexpr size_t kStack = 64 << 10;
  Slot* slot_ = nullptr;
  std::unique_ptr<char[]> stack_;
};

/// What the handler may read: the object above must not be made inside it.
thread_local Slot* t_slot = nullptr;

Slot* slot_of_thread() {
  static thread_local ThreadSlot slot;
  return t_slot = slot.get();
}

/// Async-signal-safe. SA_RESETHAND: what struck strikes again and ends the process.
void on_fatal_signal(int signal) {
  if (t_slot) t_slot->signal.store(signal, std::memory_order_relaxed);
  ::raise(signal);
}

void watch_fatal_signals() {
  struct sigaction action {};
  action.sa_handler = on_fatal_signal;
  action.sa_flags = static_cast<int>(SA_ONSTACK | SA_RESETHAND | SA_NODEFER);
  sigemptyset(&action.sa_mask);
  for (const int signal : kFatal) ::sigaction(signal, &action, nullptr);
}

/// Puts texts one behind the other.
class Texts {
 public:
  Text add(const std::string& text) {
    const Text place{static_cast<uint32_t>(all_.size()), static_cast<uint32_t>(text.size())};
    all_ += text;
    return place;
  }
  [[nodiscard]] const std::string& all() const { return all_; }

 private:
  std::string all_;
};

int32_t exchange_node(int32_t node) {
  if (!g_record.load(std::memory_order_relaxed)) return -1;
  Slot* slot = t_slot ? t_slot : slot_of_thread();
  return slot ? slot->node.exchange(node, std::memory_order_relaxed) : -1;
}

}  // namespace

wf::Result<std::unique_ptr<FlightRecord>> FlightRecord::begin(int fd, const dag::Plan& plan) {
  Texts texts;
  const Text dag = texts.add(plan.dag), version = texts.add(plan.version);
  std::vector<std::pair<Text, Text>> names;
  for (const dag::PlanNode& node : plan.nodes)
    names.emplace_back(texts.add(node.task), texts.add(node.component.id));
  const size_t place = texts_at(names.size()), size = place + texts.all().size();
  if (::ftruncate(fd, static_cast<off_t>(size)) != 0) return errno_status("flight record");
  void* memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) return errno_status("flight record");
  std::unique_ptr<FlightRecord> record(new FlightRecord);
  record->memory_ = static_cast<char*>(memory);
  record->size_ = size;
  auto* header = new (memory) Header;
  header->tasks = static_cast<uint32_t>(names.size());
  header->texts = static_cast<uint32_t>(texts.all().size());
  header->dag = dag;
  header->dag_version = version;
  for (size_t i = 0; i < names.size(); ++i) {
    Task* task = new (tasks_of(record->memory_) + i) Task;
    task->kind = static_cast<int32_t>(plan.nodes[i].kind);
    task->name = names[i].first;
    task->component = names[i].second;
  }
  std::memcpy(record->memory_ + place, texts.all().data(), texts.all().size());
  header->magic = kMagic;
  g_record.store(header, std::memory_order_release);
  watch_fatal_signals();
  return record;
}

FlightRecord::~FlightRecord() {
  for (const int signal : kFatal) ::signal(signal, SIG_DFL);
  g_record.store(nullptr);
  t_slot = nullptr;
  ::munmap(memory_, size_);
}

void FlightRecord::set_run_id(const std::string& run_id) {
  auto* header = reinterpret_cast<Header*>(memory_);
  run_id.copy(header->run_id, sizeof(header->run_id) - 1);
}

void FlightRecord::set_state(int node, TaskState state, int attempts) {
  Task& task = tasks_of(memory_)[node];
  task.state.store(static_cast<int32_t>(state), std::memory_order_relaxed);
  task.attempts.store(attempts, std::memory_order_relaxed);
}

void FlightRecord::finish() { reinterpret_cast<Header*>(memory_)->finished = 1; }

InTask::InTask(int node) : outer_(exchange_node(node)) {}
InTask::~InTask() { exchange_node(outer_); }

wf::Result<std::optional<FlightReport>> read_flight_record(int fd) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) return errno_status("flight record");
  const auto size = static_cast<size_t>(info.st_size);
  if (size == 0) return std::optional<FlightReport>();
  std::string bytes(size, '\0');
  for (size_t done = 0; done < size;) {
    const ssize_t n = ::pread(fd, bytes.data() + done, size - done, static_cast<off_t>(done));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return errno_status("flight record");
    done += static_cast<size_t>(n);
  }
  const wf::Status broken = wf::invalid_data("the flight record of the worker is damaged");
  if (size < sizeof(Header)) return broken;
  const auto* header = reinterpret_cast<const Header*>(bytes.data());
  if (header->magic == 0) return std::optional<FlightReport>();  // died while writing it
  if (header->magic != kMagic || size != texts_at(header->tasks) + header->texts) return broken;
  const auto text = [&](const Text& t) {
    if (t.offset > header->texts || t.length > header->texts - t.offset) return std::string();
    return bytes.substr(texts_at(header->tasks) + t.offset, t.length);
  };
  FlightReport report;
  report.run_id.assign(header->run_id, ::strnlen(header->run_id, sizeof(header->run_id)));
  report.dag = text(header->dag);
  report.dag_version = text(header->dag_version);
  report.finished = header->finished != 0;
  const Task* tasks = tasks_of(bytes.data());
  for (uint32_t i = 0; i < header->tasks; ++i)
    report.tasks.push_back({text(tasks[i].name), text(tasks[i].component),
                            static_cast<dag::NodeKind>(tasks[i].kind),
                            static_cast<TaskState>(tasks[i].state.load()), tasks[i].attempts});
  for (const Slot& slot : header->slots) {
    const int node = slot.node;
    if (slot.taken == 0 || node < 0 || node >= static_cast<int>(header->tasks)) continue;
    report.called.push_back(node);
    if (slot.signal != 0) report.struck = node;
  }
  return std::optional(std::move(report));
}

}  // namespace weirflow::engine
