// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "engine/region.h"

#include <algorithm>

#include "core/file.h"
#include "engine/clock.h"
#include "engine/commit.h"
#include "engine/conservation.h"
#include "engine/flight_record.h"
#include "engine/spool_edge.h"

namespace weirflow::engine {

using dag::EdgeKind;
using dag::NodeKind;
using dag::PlanEdge;
using dag::PlanNode;

/// A node without rows in a queue: an action, or the fit of an estimator.
class RegionAttempt::Job final : public Actor {
 public:
  Job(RegionAttempt& region, const PlanNode& node, LaneNode lane, Pool* pool)
      : Actor(pool, *region.activity_), node_(node), lane_(std::move(lane)), region_(region) {}
  [[nodiscard]] bool is_finished() const { return finished_; }
  [[nodiscard]] bool is_busy() const { return busy_; }
  [[nodiscard]] const PlanNode& node() const { return node_; }
  void cancel() {
    lane_.instance->cancel();
    lane_.instance->wake();
  }

 protected:
  void run() override {
    if (finished_ || region_.in_.attempt->cancelled) return;
    busy_ = true;
    const InTask in_task(node_.id);
    TaskCounters& counters = region_.counters(node_.id);
    const int64_t start = lane_.services->monotonic_us(), cpu_start = thread_cpu_us();
    counters.started_us = start;
    wf::Status status = lane_.instance->open();
    if (status.ok()) status = node_.kind == NodeKind::fit ? fit() : act();
    if (wf::Status closed = lane_.instance->close(); status.ok()) status = std::move(closed);
    counters.ended_us = lane_.services->monotonic_us();
    counters.busy_us += counters.ended_us - start;
    counters.cpu_us += thread_cpu_us() - cpu_start;
    busy_ = false;
    if (!status.ok()) return region_.node_failed(node_.id, std::move(status));
    finished_ = true;
  }

 private:
  class NoOutput final : public plugin::Output {
   public:
    wf::Emit emit(uint32_t, wf::Batch) override { return wf::Emit::closed; }
    void count(uint32_t, int64_t) override {}
  };

  wf::Status act() {
    NoOutput out;
    for (;;) {
      WF_ASSIGN(const plugin::Step step, lane_.instance->resume(0, out));
      if (step != plugin::Step::more) return {};
      if (region_.in_.attempt->cancelled) return wf::cancelled("cancelled");
    }
  }

  wf::Status fit() {
    const std::vector<int>& edges = region_.edges_into(node_.id);
    if (edges.empty()) return wf::internal_error("a fit has no input");
    const PlanEdge* input = &region_.plan_edge(edges.back());
    const SpoolFile& spool = region_.in_.spools->at({input->from, input->from_port});
    const int64_t rows = spool.spool->rows();
    region_.counters(node_.id).in += rows;
    SpoolForFit reread(spool.spool);
    wf::BufferBuilder<char> state;
    WF_TRY(lane_.instance->fit(reread, [&](std::string_view bytes) {
      state.append(bytes.data(), bytes.size());
      return wf::Status();
    }));
    region_.counters(node_.id).absorbed += rows;
    region_.edge(input->id).consumed += rows;
    region_.fitted_ = state.finish();
    return {};
  }

  const PlanNode& node_;
  LaneNode lane_;
  RegionAttempt& region_;
  std::atomic<bool> finished_{false}, busy_{false};
};

RegionAttempt::RegionAttempt(RegionInputs inputs) : in_(std::move(inputs)) {
  activity_ = std::make_unique<Activity>([this] { on_quiet(); });
}

RegionAttempt::~RegionAttempt() {
  for (auto& chain : chains_) chain->stop();
  for (auto& job : jobs_) job->stop();
}

wf::Result<std::unique_ptr<RegionAttempt>> RegionAttempt::prepare(RegionInputs inputs,
                                                                  int& failed_node) {
  std::unique_ptr<RegionAttempt> attempt(new RegionAttempt(std::move(inputs)));
  failed_node = attempt->in_.region->nodes.front();
  if (wf::Status status = attempt->make_nodes(); !status.ok()) {
    failed_node = attempt->failed_node_;
    return status;
  }
  WF_TRY(attempt->make_spool_outputs());
  WF_TRY(attempt->make_chains());
  return attempt;
}

// --- making ---------------------------------------------------------------------------------

wf::Status RegionAttempt::make_nodes() {
  for (const int id : in_.region->nodes) {
    if (!in_.active.count(id)) continue;
    const PlanNode& node = in_.plan->nodes[static_cast<size_t>(id)];
    counters_[id] = std::make_unique<TaskCounters>();
    outcomes_[id] = std::make_unique<TaskOutcome>();
    for (const auto* edges : {&edges_into(id), &edges_from(id)})
      for (const int e : *edges)
        if (in_.is_live(plan_edge(e).from) && in_.is_live(plan_edge(e).to) && !edges_.count(e))
          edges_[e] = std::make_unique<EdgeCounters>();
    if (node.kind == NodeKind::version) continue;
    // A concurrent chain has an instance per core; the first binds and the others follow it.
    const bool concurrent = in_.plan->chains[static_cast<size_t>(node.chain)].concurrent;
    const int lanes = concurrent ? std::max(1, in_.pool->threads()) : 1;
    for (int i = 0; i < lanes; ++i) {
      auto made = make_instance(node, i == 0);
      if (!made.ok()) {
        failed_node_ = id;
        return made.error();
      }
      made_[id].push_back(std::move(*made));
    }
  }
  return {};
}

namespace {

/// Columns that flow into input `port`: of its first live edge; all edges of a union must agree.
wf::Result<std::optional<wf::Schema>> input_schema(
    const RegionInputs& in, const PlanNode& node, int port,
    const std::map<int, std::vector<wf::SchemaPtr>>& bound) {
  std::optional<wf::Schema> schema;
  for (const int id : in.links->in[static_cast<size_t>(node.id)]) {
    const PlanEdge& e = in.plan->edges[static_cast<size_t>(id)];
    if (e.to_port != port || !in.is_live(e.from)) continue;
    wf::Schema next;
    if (e.kind == EdgeKind::materialised)
      next = in.spools->at({e.from, e.from_port}).spool->schema();
    else if (e.from_port == dag::kErrorsPort)
      next = *envelope_schema();
    else
      next = *bound.at(e.from)[static_cast<size_t>(e.from_port)];
    if (schema && !(*schema == next))
      return wf::invalid_config("the inputs of the union have different columns: (" +
                                schema->to_string() + ") and (" + next.to_string() +
                                "); align them with flow.select or flow.union");
    schema = std::move(next);
  }
  return schema;
}

}  // namespace

wf::Result<LaneNode> RegionAttempt::make_instance(const PlanNode& node, bool first) {
  const InTask in_task(node.id);
  WF_ASSIGN(const plugin::ComponentClass* component, in_.registry->load(node.component.id));
  RegionInputs::ApplyState state;
  if (in_.state && node.component.kind == plugin::Kind::estimator && node.kind != NodeKind::fit) {
    WF_ASSIGN(state, in_.state(node));
  }
  LaneNode lane;
  lane.services = std::make_unique<TaskServices>(node, *in_.attempt, counters(node.id),
                                                 outcome(node.id), state.version);
  WF_ASSIGN(lane.instance, plugin::Instance::create(*component, *lane.services));
  WF_ASSIGN(const wf::Value::Table config, in_.config(node));
  WF_TRY(lane.instance->configure(config));
  if (state.owner) WF_TRY(lane.instance->load(state.bytes));

  plugin::BindRequest request;
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    WF_ASSIGN(auto schema, input_schema(in_, node, static_cast<int>(i), schemas_));
    const bool connected = schema.has_value();
    request.inputs.push_back(
        {node.inputs[i], connected,
         connected ? std::make_shared<const wf::Schema>(std::move(*schema)) : nullptr});
  }
  for (size_t i = 0; i < node.outputs.size(); ++i) {
    const bool connected =
        std::any_of(edges_from(node.id).begin(), edges_from(node.id).end(), [&](int id) {
          return plan_edge(id).from_port == static_cast<int>(i) && in_.is_live(plan_edge(id).to);
        });
    request.outputs.push_back({node.outputs[i], connected, nullptr});
  }
  request.remembered = node.remembered;
  plugin::BindReply reply = lane.instance->bind(request);
  WF_TRY(std::move(reply.status));
  if (in_.plan->bounded && node.component.kind == plugin::Kind::source &&
      !lane.instance->is_bounded())
    return wf::invalid_config(node.component.id +
                              " would give rows without end, by a value that was not known when "
                              "the run was planned");
  for (size_t i = 0; i < reply.outputs.size(); ++i) {
    if (!reply.outputs[i] && !reply.warnings.empty()) return reply.warnings.front();
    if (!reply.outputs[i])
      return wf::internal_error(node.component.id + " still does not know the columns of output '" +
                                node.outputs[i] + "'");
    if (i < node.output_schemas.size() && node.output_schemas[i] &&
        !(*node.output_schemas[i] == *reply.outputs[i]))
      return wf::invalid_data("the columns of output '" + node.outputs[i] + "' were planned as (" +
                              node.output_schemas[i]->to_string() + ") but are (" +
                              reply.outputs[i]->to_string() + ") now");
  }
  std::vector<wf::SchemaPtr> outputs = std::move(reply.outputs);
  if (first) schemas_[node.id] = std::move(outputs);
  WF_TRY(attach_committer(node, *lane.instance));
  return lane;
}

wf::Status RegionAttempt::attach_committer(const PlanNode& node, plugin::Instance& instance) {
  if (!instance.is_committing()) return {};
  WF_ASSIGN(const std::string key, instance.commit_key());
  if (key.empty()) return {};
  Committing* shared = nullptr;
  for (Committing& c : committing_)
    if (c.key == key) shared = &c;
  if (!shared) {
    WF_ASSIGN(auto made, instance.create_committer(commit_services_, key, kShard));
    shared = &committing_.emplace_back(Committing{node.id, std::move(made), key, {}});
  }
  return instance.attach(*shared->committer);
}

wf::Status RegionAttempt::make_spool_outputs() {
  std::vector<int> edges;
  for (const int node : in_.active)
    for (const int id : edges_from(node))
      if (plan_edge(id).kind == EdgeKind::materialised && in_.is_live(plan_edge(id).to))
        edges.push_back(id);
  for (const int id : edges) {
    const PlanEdge& e = plan_edge(id);
    auto& output = spool_outputs_[{e.from, e.from_port}];
    if (!output) {
      WF_TRY(make_folders(in_.folder));
      const wf::SchemaPtr schema = e.from_port == dag::kErrorsPort
                                       ? envelope_schema()
                                       : schemas_.at(e.from)[static_cast<size_t>(e.from_port)];
      const std::string path =
          in_.folder + "/spool-" + std::to_string(e.from) + "-" + std::to_string(e.from_port);
      WF_ASSIGN(output, SpoolOutput::make(path, schema));
    }
    output->add_reader(&edge(e.id));
  }
  return {};
}

wf::Status RegionAttempt::make_chains() {
  std::vector<int> edges;
  for (const int node : in_.active)
    for (const int id : edges_from(node))
      if (plan_edge(id).kind == EdgeKind::pipelined && in_.active.count(plan_edge(id).to))
        edges.push_back(id);
  for (const int id : edges) {
    const PlanEdge& e = plan_edge(id);
    const bool inner = in_.plan->nodes[static_cast<size_t>(e.from)].chain ==
                           in_.plan->nodes[static_cast<size_t>(e.to)].chain &&
                       e.from_port != dag::kErrorsPort;
    if (inner) continue;
    QueueLimits limits = in_.queue;
    // A spilling edge keeps what exceeds the bound in a file; a shedding one counts it away.
    if (e.limit_bytes > 0) limits.bytes = e.limit_bytes;
    queues_[e.id] =
        e.when_full == dag::WhenFull::spill
            ? QueueEdge::spilling(limits, edge(e.id), in_.folder + "/edge-" + std::to_string(e.id))
            : std::make_unique<QueueEdge>(limits, edge(e.id),
                                          e.when_full == dag::WhenFull::shed
                                              ? QueueEdge::WhenFull::shed
                                              : QueueEdge::WhenFull::block);
  }
  for (const int id : in_.links->chains[static_cast<size_t>(in_.region->id)])
    WF_TRY(make_chain(in_.plan->chains[static_cast<size_t>(id)]));
  // Wakes: an item wakes the consumer's chain, room the producer's.
  std::map<int, Chain*> chain_of;
  for (auto& chain : chains_)
    for (const ChainNode& node : chain->nodes()) chain_of[node.plan->id] = chain.get();
  for (auto& [id, queue] : queues_) {
    const PlanEdge& e = in_.plan->edges[static_cast<size_t>(id)];
    queue->on_item([chain = chain_of.at(e.to)] { chain->notify(); });
    queue->on_room([chain = chain_of.at(e.from)] { chain->notify(); });
  }
  return {};
}

InputGate RegionAttempt::make_gate(const PlanNode& node) {
  InputGate gate;
  gate.set_ordered(node.ordered_union);
  std::vector<const PlanEdge*> edges;
  for (const int id : edges_into(node.id))
    if (in_.is_live(plan_edge(id).from)) edges.push_back(&plan_edge(id));
  std::stable_sort(edges.begin(), edges.end(), [](const PlanEdge* a, const PlanEdge* b) {
    return std::pair(a->to_port, a->position) < std::pair(b->to_port, b->position);
  });
  std::vector<bool> fed(node.inputs.size(), false);
  for (const PlanEdge* e : edges) {
    fed[static_cast<size_t>(e->to_port)] = true;
    if (e->kind == EdgeKind::pipelined) {
      gate.add(static_cast<uint32_t>(e->to_port), queues_.at(e->id).get());
      continue;
    }
    inputs_.push_back(
        std::make_unique<SpoolInput>(in_.spools->at({e->from, e->from_port}).spool, edge(e->id)));
    gate.add(static_cast<uint32_t>(e->to_port), inputs_.back().get());
  }
  for (size_t port = 0; port < fed.size(); ++port)
    if (!fed[port] && node.component.kind != plugin::Kind::source) {
      inputs_.push_back(std::make_unique<EmptyInput>());
      gate.add(static_cast<uint32_t>(port), inputs_.back().get());
    }
  return gate;
}

OutputPort RegionAttempt::make_output(const PlanNode& node, int port) {
  OutputPort output;
  output.schema = port == dag::kErrorsPort ? envelope_schema()
                                           : schemas_.at(node.id)[static_cast<size_t>(port)];
  for (const int id : edges_from(node.id))
    if (plan_edge(id).from_port == port)
      if (auto queue = queues_.find(id); queue != queues_.end())
        output.edges.push_back(queue->second.get());
  if (auto spool = spool_outputs_.find({node.id, port}); spool != spool_outputs_.end())
    output.edges.push_back(spool->second.get());
  return output;
}

wf::Status RegionAttempt::make_chain(const dag::PlanChain& chain) {
  std::vector<ChainNode> nodes;
  for (const int id : chain.nodes) {
    if (!in_.active.count(id)) continue;
    const PlanNode& node = in_.plan->nodes[static_cast<size_t>(id)];
    if (node.kind == NodeKind::version) return {};
    if (node.kind == NodeKind::fit || node.component.kind == plugin::Kind::action)
      return make_job(node, chain.blocking);
    ChainNode made;
    made.plan = &node;
    made.counters = &counters(id);
    for (size_t port = 0; port < node.outputs.size(); ++port)
      made.outputs.push_back(make_output(node, static_cast<int>(port)));
    made.errors = make_output(node, dag::kErrorsPort);
    nodes.push_back(std::move(made));
  }
  if (nodes.empty()) return {};
  for (size_t i = 0; i + 1 < nodes.size(); ++i)
    for (const int id : edges_from(nodes[i].plan->id))
      if (plan_edge(id).to == nodes[i + 1].plan->id && plan_edge(id).from_port >= 0)
        nodes[i].inner = &edge(id);
  InputGate gate = make_gate(*nodes.front().plan);
  std::vector<std::vector<LaneNode>> lanes(made_.at(nodes.front().plan->id).size());
  for (const ChainNode& node : nodes)
    for (size_t lane = 0; lane < lanes.size(); ++lane)
      lanes[lane].push_back(std::move(made_.at(node.plan->id)[lane]));
  chains_.push_back(std::make_unique<Chain>(
      std::move(nodes), std::move(lanes), std::move(gate), chain.blocking ? nullptr : in_.pool,
      *activity_, *in_.attempt,
      ChainEvents{[this](int node, wf::Status s) { node_failed(node, std::move(s)); }, [] {}}));
  return {};
}

wf::Status RegionAttempt::make_job(const PlanNode& node, bool blocking) {
  jobs_.push_back(std::make_unique<Job>(*this, node, std::move(made_.at(node.id).front()),
                                        blocking ? nullptr : in_.pool));
  return {};
}

// --- running ----------------------------------------------------------------------------------

void RegionAttempt::start() {
  activity_->enter();  // keeps the region from looking quiet while it is being started
  for (auto& chain : chains_) chain->notify();
  for (auto& job : jobs_) job->notify();
  activity_->leave();
}

void RegionAttempt::cancel(wf::Status reason) { (void)cancel_at(-1, std::move(reason)); }

void RegionAttempt::stop_sources() {
  in_.attempt->sources_stopped = true;
  for (auto& chain : chains_) chain->wake_source();
}

void RegionAttempt::node_failed(int node, wf::Status status) {
  (void)cancel_at(node, std::move(status));
}

bool RegionAttempt::cancel_at(int node, wf::Status reason) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    if (failure_.ok() && !quiet_) {
      failure_ = std::move(reason);
      failed_node_ = node;
      first = true;
    }
  }
  in_.attempt->cancelled = true;
  for (auto& chain : chains_) chain->cancel();
  for (auto& job : jobs_) job->cancel();
  return first;
}

bool RegionAttempt::all_finished() const {
  return std::all_of(chains_.begin(), chains_.end(),
                     [](const auto& c) { return c->is_finished(); }) &&
         std::all_of(jobs_.begin(), jobs_.end(), [](const auto& j) { return j->is_finished(); });
}

void RegionAttempt::on_quiet() {
  std::function<void()> done = in_.done;
  {
    const std::lock_guard lock(mutex_);
    if (quiet_) return;
    quiet_ = true;
    if (failure_.ok() && !all_finished()) {
      std::string waiting;
      for (const auto& chain : chains_)
        if (!chain->is_finished())
          waiting += (waiting.empty() ? "" : ", ") + chain->nodes().front().plan->task;
      failure_ = wf::internal_error("nothing moves any more while these tasks wait: " + waiting);
    }
  }
  done();
}

bool RegionAttempt::is_done() const {
  const std::lock_guard lock(mutex_);
  return quiet_;
}

int RegionAttempt::failed_node() const {
  const std::lock_guard lock(mutex_);
  return failed_node_;
}

std::vector<std::string> RegionAttempt::busy_tasks() const {
  std::vector<std::string> names;
  for (const auto& chain : chains_)
    if (std::string name = chain->busy_task(); !name.empty()) names.push_back(std::move(name));
  for (const auto& job : jobs_)
    if (job->is_busy()) names.push_back(job->node().task);
  return names;
}

namespace {
template <typename Chains, typename F>
int64_t sum_known(const Chains& chains, F&& bytes) {
  int64_t sum = -1;
  for (const auto& chain : chains) {
    if (chain->nodes().front().plan->component.kind != plugin::Kind::source) continue;
    const int64_t known = bytes(*chain);
    if (known < 0) return -1;
    sum = std::max<int64_t>(sum, 0) + known;
  }
  return sum;
}
}  // namespace

int64_t RegionAttempt::read_bytes() const {
  return sum_known(chains_, [](const Chain& c) { return c.read_bytes(); });
}
int64_t RegionAttempt::total_bytes() const {
  return sum_known(chains_, [](const Chain& c) { return c.total_bytes(); });
}

bool RegionAttempt::wrote_duplicates() const {
  for (const auto& [id, counters] : counters_) {
    const PlanNode& node = in_.plan->nodes[static_cast<size_t>(id)];
    if (node.component.kind == plugin::Kind::sink &&
        node.component.replay == WF_REPLAY_DUPLICATES && !node.retry_duplicates && counters->in > 0)
      return true;
  }
  return false;
}

// --- ending -------------------------------------------------------------------------------------

wf::Status RegionAttempt::check_rows() {
  std::set<int> stopped;
  for (const auto& chain : chains_)
    if (chain->stopped_early())
      for (const ChainNode& node : chain->nodes()) stopped.insert(node.plan->id);
  std::vector<TaskRows> tasks;
  std::vector<int> nodes;
  for (const auto& [id, c] : counters_) {
    const PlanNode& node = in_.plan->nodes[static_cast<size_t>(id)];
    if (node.kind == NodeKind::version) continue;
    TaskRows rows{node.task, node.kind == NodeKind::fit ? wf::Cardinality::regroup
                                                        : node.component.cardinality};
    rows.in = c->in;
    rows.out = c->out;
    rows.refused = c->refused;
    rows.passed = c->passed;
    rows.filtered = c->filtered;
    rows.absorbed = c->absorbed;
    rows.read = c->read;
    rows.stopped_early = stopped.count(id) > 0;
    tasks.push_back(std::move(rows));
    nodes.push_back(id);
  }
  std::vector<EdgeRows> edges;
  for (const auto& [id, c] : edges_) {
    const PlanEdge& e = in_.plan->edges[static_cast<size_t>(id)];
    if (!in_.active.count(e.from) || !in_.active.count(e.to)) continue;  // half of it is elsewhere
    edges.push_back({in_.plan->nodes[static_cast<size_t>(e.from)].task,
                     in_.plan->nodes[static_cast<size_t>(e.to)].task, c->produced, c->consumed,
                     c->discarded, c->shed});
  }
  int culprit = -1;
  wf::Status status = check_conservation(tasks, edges, &culprit);
  if (culprit >= 0) {
    const std::lock_guard lock(mutex_);
    failed_node_ = nodes[static_cast<size_t>(culprit)];
  }
  return status;
}

wf::Status RegionAttempt::commit() {
  if (committing_.empty() && (!in_.attempt->dead_letters || in_.attempt->dead_letters->rows() == 0))
    return {};
  CommitManifest manifest;
  for (Committing& c : committing_) {
    const PlanNode& node = in_.plan->nodes[static_cast<size_t>(c.node)];
    const InTask in_task(node.id);
    wf::Result<std::string> blob = c.committer->prepare(kRegionEpoch);
    if (!blob.ok()) {
      const std::lock_guard lock(mutex_);
      failed_node_ = c.node;
      return blob.error();
    }
    c.blob = std::move(*blob);
    manifest.entries.push_back({node.task, node.component.id, c.key, c.blob});
  }
  if (in_.attempt->dead_letters) WF_TRY(in_.attempt->dead_letters->publish());
  if (manifest.entries.empty()) return {};
  WF_TRY(make_folders(in_.folder));
  const wf::Result<std::string> hash = manifest.make_durable(in_.folder);
  committed_ = CommitManifest::is_durable(in_.folder);
  if (!hash.ok()) return hash.error();
  for (size_t i = 0; i < committing_.size(); ++i) {
    const InTask in_task(committing_[i].node);
    WF_TRY(committing_[i].committer->commit(kRegionEpoch, *hash, manifest.entries[i].blob));
  }
  return manifest.mark_done(in_.folder);
}

void RegionAttempt::abort_commit() {
  if (committed_) return;  // recover_commits() needs what was prepared
  for (Committing& c : committing_)
    if (wf::Status s = c.committer->abort(kRegionEpoch, c.blob); !s.ok() && in_.attempt->log)
      in_.attempt->log({0, wf::LogLevel::warning, in_.plan->nodes[static_cast<size_t>(c.node)].task,
                        s.message()});
}

wf::Status RegionAttempt::end(Spools& spools) {
  for (auto& chain : chains_) chain->stop();
  for (auto& job : jobs_) job->stop();
  wf::Status status;
  {
    const std::lock_guard lock(mutex_);
    status = failure_;
  }
  if (status.ok()) status = check_rows();
  std::vector<std::pair<std::pair<int, int>, SpoolFile>> complete;
  for (auto& [from, output] : spool_outputs_) {
    if (!status.ok()) break;
    auto spool = output->complete();
    if (!spool.ok())
      status = spool.error();
    else
      complete.emplace_back(from, SpoolFile{output->path(), std::move(*spool)});
  }
  if (status.ok()) status = commit();
  if (!status.ok()) {
    abort_commit();
    return status;
  }
  for (auto& [from, spool] : complete) spools[from] = std::move(spool);
  return {};
}

}  // namespace weirflow::engine
