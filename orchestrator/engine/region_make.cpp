// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "engine/region.h"

#include <algorithm>

#include "core/file.h"
#include "engine/commit.h"
#include "engine/flight_record.h"
#include "engine/region_job.h"
#include "engine/spool_edge.h"

namespace weirflow::engine {

using dag::EdgeKind;
using dag::NodeKind;
using dag::PlanEdge;
using dag::PlanNode;

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
    if (wf::Status status = make_lanes(node, lanes); !status.ok()) {
      failed_node_ = id;
      return status;
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

wf::Status RegionAttempt::make_lanes(const PlanNode& node, int lanes) {
  FittedState state;
  if (in_.state && node.component.kind == plugin::Kind::estimator && node.kind != NodeKind::fit) {
    WF_ASSIGN(state, in_.state(node));
  }
  WF_ASSIGN(recipes_[node.id], make_recipe(node));
  for (int i = 0; i < lanes; ++i) {
    WF_ASSIGN(LaneNode lane, make_instance(node, state));
    WF_TRY(attach_committer(node, *lane.instance));
    made_[node.id].push_back(std::move(lane));
  }
  return {};
}

wf::Result<RegionAttempt::Recipe> RegionAttempt::make_recipe(const PlanNode& node) {
  Recipe recipe;
  WF_ASSIGN(recipe.config, in_.config(node));
  if (node.model && node.kind == NodeKind::work && node.component.kind == plugin::Kind::estimator) {
    WF_ASSIGN(recipe.model, in_.model_reference(node));
  }
  plugin::BindRequest& request = recipe.request;
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
  return recipe;
}

/// Configured, loaded and bound; the first of a node tells the columns of its outputs, and the
/// others must agree. [any] once the node has one.
wf::Result<LaneNode> RegionAttempt::make_instance(const PlanNode& node, const FittedState& state) {
  const InTask in_task(node.id);
  WF_ASSIGN(const plugin::ComponentClass* component, in_.registry->load(node.component.id));
  LaneNode lane;
  lane.model_version = state.version;
  lane.model = state.owner;
  lane.services = std::make_unique<TaskServices>(node, *in_.attempt, counters(node.id),
                                                 outcome(node.id), state.version);
  give_state(node, lane);
  WF_ASSIGN(lane.instance, plugin::Instance::create(*component, *lane.services));
  if (!lane.instance->has_timers()) lane.timers.reset();
  WF_TRY(lane.instance->configure(recipes_.at(node.id).config));
  if (state.owner) WF_TRY(lane.instance->load(state.bytes));
  WF_ASSIGN(auto outputs, bind_instance(node, *lane.instance));
  if (const auto bound = schemas_.find(node.id); bound == schemas_.end()) {
    schemas_[node.id] = std::move(outputs);
  } else {
    for (size_t i = 0; i < outputs.size(); ++i)
      if (!(*bound->second[i] == *outputs[i]))
        return wf::invalid_data("the columns of output '" + node.outputs[i] + "' are (" +
                                outputs[i]->to_string() + "), not (" +
                                bound->second[i]->to_string() + ")");
  }
  return lane;
}

wf::Result<std::vector<wf::SchemaPtr>> RegionAttempt::bind_instance(const PlanNode& node,
                                                                    plugin::Instance& instance) {
  plugin::BindReply reply = instance.bind(recipes_.at(node.id).request);
  WF_TRY(std::move(reply.status));
  if (in_.plan->bounded && node.component.kind == plugin::Kind::source && !instance.is_bounded())
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
  return std::move(reply.outputs);
}

/// State by key, and timers in it, for a task that may ask for them.
void RegionAttempt::give_state(const PlanNode& node, LaneNode& lane) {
  if (!node.component.can(WF_ABILITY_STATEFUL)) return;
  TaskServices* services = lane.services.get();
  lane.keyed_state =
      std::make_unique<KeyedState>([services](int64_t bytes) { services->adjust_memory(bytes); });
  lane.timers = std::make_unique<TaskTimers>(*lane.keyed_state);
  services->set_state(lane.keyed_state.get(), lane.timers.get());
}

wf::Status RegionAttempt::attach_committer(const PlanNode& node, plugin::Instance& instance) {
  if (!instance.is_committing()) return {};
  WF_ASSIGN(const std::string key, instance.commit_key());
  if (key.empty()) return {};
  const wf::CommitMode mode = instance.commit_mode();
  if (mode == wf::CommitMode::none) return {};
  WF_ASSIGN(const std::string options, instance.shared_options());
  Committing* shared = nullptr;
  for (Committing& c : committing_) {
    if (c.key == key) shared = &c;
    if (c.key != key && mode == wf::CommitMode::decides && c.mode == mode)
      return wf::invalid_config(
          "commits with each checkpoint, and so does " +
          in_.plan->nodes[static_cast<size_t>(c.node)].task +
          ", to another place: only one of them can decide; give one another `delivery`");
  }
  if (shared && shared->shared_options != options)
    return wf::invalid_config("writes to the same place as " +
                              in_.plan->nodes[static_cast<size_t>(shared->node)].task +
                              ", in one transaction, with other options (" + options + " and " +
                              shared->shared_options + ")");
  if (!shared) {
    auto services = std::make_unique<CommitterServices>(node, *in_.attempt, outcome(node.id));
    WF_ASSIGN(auto made, instance.create_committer(
                             *services, plugin::Instance::From::configuration, key,
                             in_.checkpoints.shard.empty() ? kShard : in_.checkpoints.shard));
    shared = &committing_.emplace_back(
        Committing{node.id, key, options, mode, std::move(services), std::move(made), {}});
  }
  commits_.insert(node.id);
  if (mode == wf::CommitMode::decides) deciding_.insert(node.id);
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
  in_.attempt->wake_at = [this, chain_of](int64_t at_us, int node) {
    timers_.at(at_us, [chain = chain_of.at(node)] { chain->notify(); });
  };
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
  const int first = nodes.front().plan->id;
  const bool commits = commits_.count(first) > 0 && in_.checkpoints.store;
  WF_ASSIGN(auto restore, restore_of(nodes));
  ChainEvents events;
  events.failed = [this](int node, wf::Status s) { node_failed(node, std::move(s)); };
  events.replaced = [this](std::vector<LaneNode> old) { follower_->retire(std::move(old)); };
  const auto number = chains_.size();
  if (in_.checkpoints.store)
    events.snapshot = [this, number](ChainSnapshot snapshot) {
      add_edge_cuts(*chains_[number], snapshot);
      coordinator_->take(std::move(snapshot));
    };
  chains_.push_back(std::make_unique<Chain>(std::move(nodes), std::move(lanes), std::move(gate),
                                            chain.blocking ? nullptr : in_.pool, *activity_,
                                            *in_.attempt, std::move(events)));
  chains_.back()->set_up(static_cast<int>(number), commits, std::move(restore));
  decides_.push_back(deciding_.count(first) > 0);
  return {};
}

wf::Status RegionAttempt::make_job(const PlanNode& node, bool blocking) {
  jobs_.push_back(std::make_unique<Job>(*this, node, std::move(made_.at(node.id).front()),
                                        blocking ? nullptr : in_.pool));
  return {};
}

}  // namespace weirflow::engine
