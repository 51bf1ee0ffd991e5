# Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
"""Batches between Weirflow and pyarrow, both ways, for every type, layout and refusal.

Usage: pyarrow_test.py INTEROP.so
"""

import base64
import ctypes
import datetime
import gc
import json
import sys
import unittest

import pyarrow as pa

LIBRARY = ctypes.CDLL(sys.argv.pop(1))
UTC = datetime.timezone.utc


class Structs:
    """Room for one ArrowSchema (72 bytes) and one ArrowArray (80 bytes)."""

    def __init__(self):
        self.schema_memory = ctypes.create_string_buffer(72)
        self.array_memory = ctypes.create_string_buffer(80)
        self.schema = ctypes.addressof(self.schema_memory)
        self.array = ctypes.addressof(self.array_memory)

    @classmethod
    def of(cls, batch):
        structs = cls()
        batch._export_to_c(structs.array, structs.schema)
        return structs

    def released(self):
        """The release pointers are the last but one field of each struct."""
        return not any(self.schema_memory.raw[56:64]) and not any(self.array_memory.raw[64:72])

    def batch(self):
        return pa.RecordBatch._import_from_c(self.array, self.schema)


def call(name, *arguments):
    changed = [ctypes.c_void_p(a) if isinstance(a, int) and a > 1 << 20 else
               ctypes.c_int64(a) if isinstance(a, int) else a for a in arguments]
    return getattr(LIBRARY, name)(*changed)


def round_trip(batch, start=0, count=None, how=0):
    into, out = Structs.of(batch), Structs()
    error = ctypes.create_string_buffer(1000)
    count = batch.num_rows - start if count is None else count
    failed = call("interop_round_trip", into.schema, into.array, start, count, how, out.schema,
                  out.array, error, ctypes.c_size_t(1000))
    assert into.released(), "the structs that came in were not taken over"
    if failed:
        raise ValueError(error.value.decode())
    back = out.batch()
    back.validate(full=True)
    return back


def json_rows(batch):
    into = Structs.of(batch)
    text = ctypes.create_string_buffer(1 << 20)
    failed = call("interop_json", into.schema, into.array, text, ctypes.c_size_t(1 << 20))
    assert into.released()
    if failed:
        raise ValueError(text.value.decode())
    return [json.loads(line) for line in text.value.decode().split("\n") if line]


def as_json(value):
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.%f") + "Z"
    if isinstance(value, list):
        return [as_json(v) for v in value]
    if isinstance(value, dict):
        return {k: as_json(v) for k, v in value.items()}
    return value


MOMENTS = [datetime.datetime(2025, 11, 22, 22, 59, 31, 1, UTC),
           datetime.datetime(1969, 12, 31, 23, 59, 59, 999999, UTC),
           datetime.datetime(2000, 2, 29, 12, 34, 56, 789012, UTC)]
PAIR = pa.struct([("index", pa.int32()), ("value", pa.float64())])
TYPES = [
    (pa.null(), [None]),
    (pa.bool_(), [True, False, True, True]),
    (pa.int32(), [0, -1, 2**31 - 1, -2**31]),
    (pa.int64(), [0, -1, 2**63 - 1, -2**63]),
    (pa.float32(), [0.0, -1.5, 3.25]),
    (pa.float64(), [0.1, -1e300, 5e-324, 1 / 3]),
    (pa.utf8(), ["", "a", "\u00e9\n\"", "\U0001f600 text"]),
    (pa.binary(), [b"", b"\0\xff", b"abc"]),
    (pa.large_utf8(), ["", "large", "\u4e16\u754c"]),
    (pa.large_binary(), [b"", b"\0\xff", b"large"]),
    (pa.timestamp("us", "UTC"), MOMENTS),
    (pa.list_(pa.utf8()), [[], ["a"], ["b", None, "cc"]]),
    (pa.list_(pa.int32()), [[], [1], [2, None, 3]]),
    (pa.list_(pa.float64()), [[0.5], [], [1.5, None]]),
    (pa.list_(PAIR), [[], [{"index": 1, "value": 0.5}], [None, {"index": 2, "value": None}]]),
    (PAIR, [{"index": 1, "value": 0.5}, {"index": None, "value": 2.5}]),
    (pa.list_(pa.list_(pa.large_utf8())), [[], [[]], [["a", "b"], None, ["c"]]]),
    (pa.struct([("s", pa.struct([("b", pa.bool_()), ("t", pa.list_(pa.utf8()))]))]),
     [{"s": {"b": True, "t": ["x"]}}, {"s": None}, {"s": {"b": None, "t": []}}]),
]
SHAPES = {
    "values": lambda v: [v[i % len(v)] for i in range(37)],
    "some null": lambda v: [None if i % 3 == 1 else v[i % len(v)] for i in range(37)],
    "all null": lambda v: [None] * 37,
    "empty": lambda v: [],
}


class Interop(unittest.TestCase):
    def setUp(self):
        gc.collect()
        self.before = pa.total_allocated_bytes()

    def tearDown(self):
        gc.collect()
        self.assertEqual(pa.total_allocated_bytes(), self.before, "memory of pyarrow is still held")

    def each_batch(self):
        """Batches of one column, each with the name of its case."""
        for kind, values in TYPES:
            for shape, make in SHAPES.items():
                batch = pa.record_batch([pa.array(make(values), kind)], names=["c"])
                for start in (0, 1, 7, 8, 9, 37):
                    if start <= batch.num_rows:
                        count = max(0, batch.num_rows - start - start % 2)
                        yield f"{kind}, {shape}, from {start}", batch.slice(start, count)

    def test_round_trip_of_every_type_and_offset(self):
        for name, batch in self.each_batch():
            self.assertTrue(round_trip(batch).equals(batch), name)

    def test_kernels_on_every_type_and_offset(self):
        for name, batch in self.each_batch():
            for how in (1, 2, 3):
                for start in (0, 3):
                    if start <= batch.num_rows:
                        back = round_trip(batch, start, batch.num_rows - start, how)
                        self.assertTrue(back.equals(batch.slice(start)), (name, how, start))

    def test_rows_read_the_same(self):
        for name, batch in self.each_batch():
            rows = [as_json(row) for row in batch.to_pylist()]
            self.assertEqual(json_rows(batch), rows, name)

    def test_all_types_at_once(self):
        arrays = [pa.array(SHAPES["some null"](v), t) for t, v in TYPES]
        batch = pa.record_batch(arrays, names=[f"c{i}" for i in range(len(arrays))])
        self.assertTrue(round_trip(batch).equals(batch))
        self.assertTrue(round_trip(batch.slice(5, 20), 2, 10).equals(batch.slice(7, 10)))

    def test_our_batches(self):
        expected = {
            "i": [-1, 0, None, 2], "l": [2**40, 2**40 + 1, None, 2**40 + 3],
            "f": [0.0, 0.25, None, 0.75], "d": [0.0, 1 / 3, None, 1.0],
            "b": [False, True, None, True], "s": ["\u00e9", "x\u00e9", None, "xxx\u00e9"],
            "z": [b"\0\xff0", b"\0\xff1", None, b"\0\xff3"],
            "t": [datetime.datetime.fromtimestamp(k, UTC) - datetime.timedelta(microseconds=1)
                  if k != 2 else None for k in range(4)],
            "tags": [[], ["t0"], None, ["t0", "t1", "t2"]],
            "ints": [[], [0], None, [0, 1, 2]],
            "v": [[{"index": k, "value": k + 0.5}] for k in range(4)], "none": [None] * 4,
        }
        for start in range(5):
            for count in range(5 - start):
                out = Structs()
                call("interop_produce", start, count, out.schema, out.array)
                batch = out.batch()
                batch.validate(full=True)
                self.assertEqual(batch.to_pydict(),
                                 {k: v[start:start + count] for k, v in expected.items()})
        self.assertEqual(batch.schema.field("t").type, pa.timestamp("us", "UTC"))
        self.assertEqual(batch.schema.metadata, {b"made by": b"weirflow"})
        self.assertEqual(batch.schema.field("s").metadata, {b"key": b"v\0w"})
        self.assertFalse(batch.schema.field("v").nullable)

    def test_metadata_and_nullability_are_kept(self):
        field = pa.field("c", pa.list_(pa.field("item", pa.int32(), False)), False,
                         {b"k": b"a\0b", b"": b""})
        schema = pa.schema([field], {b"s": b"\xff"})
        batch = pa.record_batch([pa.array([[1], []], field.type)], schema=schema)
        self.assertTrue(round_trip(batch).schema.equals(schema, check_metadata=True))

    def test_an_unknown_extension_is_its_storage(self):
        field = pa.field("c", pa.int64(), True, {b"ARROW:extension:name": b"some.one"})
        batch = pa.record_batch([pa.array([1, None])], schema=pa.schema([field]))
        self.assertTrue(round_trip(batch).schema.equals(batch.schema, check_metadata=True))

    def test_refusals(self):
        def refused(array, message):
            with self.assertRaisesRegex(ValueError, message):
                round_trip(pa.record_batch([array], names=["c"]))
        refused(pa.array(["a", "b"]).dictionary_encode(), "column 'c': .*decode them first")
        refused(pa.array([1, 2], pa.int8()), "column 'c': Arrow format 'c' is not supported")
        refused(pa.array([1], pa.timestamp("s", "UTC")), "'tss:UTC' is not supported")
        refused(pa.array([b"abc"], pa.binary(3)), "'w:3' is not supported")
        refused(pa.array([[1]], pa.large_list(pa.int32())), r"'\+L' is not supported")
        refused(pa.array(["a"], pa.string_view()), "'vu' is not supported")
        deep = pa.int64()
        for _ in range(20):
            deep = pa.list_(deep)
        refused(pa.array([], deep), "nested more than 16 deep")
        with self.assertRaisesRegex(ValueError, "two columns 'c'"):
            round_trip(pa.record_batch([pa.array([1]), pa.array([2])], names=["c", "c"]))


if __name__ == "__main__":
    unittest.main()
