"""The members of Faust and aiokafka that this folder uses, overrides or imitates, by owner.

They are not public: any release may move them. `tests/kafka/insides/test_members.py` looks
for each in the installed versions.
"""

from __future__ import annotations

# Read, set or called.
USED = {
    "aiokafka.AIOKafkaConsumer": (
        "_client", "_closed", "_coordinator", "_fetch_max_wait_ms", "_fetcher", "_isolation_level",
        "_max_poll_records", "_subscription",
    ),
    "aiokafka.AIOKafkaProducer": ("_message_accumulator", "_sender", "_txn_manager"),
    "aiokafka.conn.AIOKafkaConnection": (
        "_client_id", "_next_correlation_id", "_request_timeout", "_requests", "_versions",
        "_writer", "connected",
    ),
    "aiokafka.admin.AIOKafkaAdminClient": ("_send_request",),
    "aiokafka.client.AIOKafkaClient": ("_conns", "_wait_on_metadata"),
    "aiokafka.consumer.fetcher.FetchResult": (
        "_assignment", "_partition_records", "_topic_partition", "_update_position",
        "check_assignment", "has_more",
    ),
    "aiokafka.consumer.fetcher.Fetcher": (
        "_closed", "_create_fetch_waiter", "_fetch_max_wait_ms", "_fetch_min_bytes",
        "_fetch_waiters", "_notify", "_subscriptions", "fetched_records",
    ),
    "aiokafka.consumer.fetcher.PartitionRecords": ("_records", "_tp", "next_fetch_offset"),
    "aiokafka.consumer.group_coordinator.GroupCoordinator": (
        "_commit_lock", "_do_commit_offsets", "_do_heartbeat", "_group_instance_id", "_send_req",
        "check_errors", "ensure_coordinator_known", "fetch_committed_offsets", "generation",
    ),
    "aiokafka.producer.message_accumulator.MessageAccumulator": (
        "_batch_ttl", "_batches", "_closed", "_exception", "_pending_batches", "_wakeup",
        "fail_all", "waiter",
    ),
    "aiokafka.producer.message_accumulator.MessageBatch": (
        "_builder", "_ctime", "drain_ready", "future",
    ),
    "aiokafka.producer.sender.SendProduceReqHandler": ("_batches", "_client", "_sender", "do"),
    "aiokafka.producer.sender.Sender": (
        "_coordinator_dead", "_find_coordinator", "_muted_partitions", "_request_timeout_ms",
        "_txn_manager",
    ),
    "aiokafka.producer.transaction_manager.TransactionManager": (
        "_pid_and_epoch", "_sequence_numbers", "has_pid", "increment_sequence_number",
        "producer_epoch", "producer_id", "sequence_number",
    ),
    "aiokafka.protocol.fetch.FetchRequest": (
        "_isolation_level", "_max_bytes", "_max_wait_ms", "_min_bytes", "_rack_id", "_topics",
    ),
    "faust.transport.drivers.aiokafka.AIOKafkaConsumerThread": (
        "_default_start", "_ensure_consumer", "_started", "_thread_started", "call_thread",
        "on_thread_started", "on_thread_stop",
    ),
    "faust.tables.TableManager": ("_update_channels", "recovery"),
    "faust.transport.consumer.Fetcher": ("_stopped",),
    "faust.transport.drivers.aiokafka.Consumer": (
        "_committed_offset", "_get_active_partitions", "_n_acked", "_read_offset", "_stopped",
        "_thread", "_unacked_messages", "_wait_for_ack", "_waiting_for_ack", "callback",
        "flow_active", "maybe_wait_for_commit_to_finish", "perform_seek", "stop_flow",
        "suspend_flow",
    ),
}  # fmt: skip
# Overridden by methods of the same name in our subclasses.
OVERRIDDEN = {
    "aiokafka.conn.AIOKafkaConnection": ("_send_sasl_token", "send"),
    "aiokafka.consumer.fetcher.FetchResult": ("getall",),
    "aiokafka.protocol.fetch.FetchRequest": ("prepare",),
    "aiokafka.consumer.fetcher.MemoryRecords": ("next_batch",),
    "aiokafka.consumer.fetcher.PartitionRecords": ("_unpack_records",),
    "aiokafka.producer.sender.SendProduceReqHandler": ("handle_response",),
    "faust.App": ("_create_directories",),
    "faust.tables.TableManager": ("on_start",),
    "faust.transport.drivers.aiokafka.AIOKafkaConsumerThread": (
        "_create_worker_consumer", "_fetch_records", "_get_tasks", "_stop_children",
        "_stop_exit_stacks", "_stop_futures", "_stopped_set", "crash", "getmany", "highwater",
        "on_start", "on_stop", "seek_to_committed", "set_shutdown", "start", "stop",
        "wait_for_shutdown",
    ),
    "faust.transport.drivers.aiokafka.Consumer": (
        "_add_gap", "_commit_handler", "_drain_messages", "_getmany", "_new_consumer_thread",
        "_wait_next_records", "ack", "force_commit", "getmany", "on_buffer_drop",
        "on_buffer_full", "on_partitions_assigned", "on_partitions_revoked", "resume_flow",
        "verify_event_path",
    ),
    "faust.transport.drivers.aiokafka.Transport": ("Consumer",),
    "faust.worker.Worker": (
        "_flag_as_shutdown_by_signal", "_setup_logging", "on_worker_shutdown",
    ),
}  # fmt: skip
# Patched in their modules, for every client of the process.
PATCHED = {
    "aiokafka.conn": ("AIOKafkaConnection",),
    "aiokafka.consumer.fetcher": (
        "FetchRequest",
        "FetchResult",
        "MemoryRecords",
        "PartitionRecords",
    ),
    "aiokafka.producer.sender": ("SendProduceReqHandler",),
}
# What aiokafka's producer needs of a batch: `streams.kafka.batch.RecordBatch` provides it.
IMITATED = {
    "aiokafka.producer.message_accumulator.BatchBuilder": (
        "_build", "_set_producer_state", "close", "closed", "record_count", "size",
    ),
}  # fmt: skip
