#!/usr/bin/env python3
"""The arithmetic of bench/run's limits, against numbers counted by hand. Prints TAP."""
import os, sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "bench"))
from limit import footprint, limit, operations, weights  # noqa: E402
from workloads import WORKLOADS, Workload, layers, split, weight_shapes  # noqa: E402

TINY = Workload("tiny", 10, (3,), "dense(4) relu", 2, "gd", .1)
IMAGE = Workload("image", 2, (4, 4, 1), "conv(3, 3, padding=same) batchnorm relu maxpool(2) flatten", 2, "adam", .1)


def a_dense_net_is_counted():
    hidden, output = 4 * (10 * 3 + 3 * 4 + 10 * 4), 4 * (10 * 4 + 4 * 2 + 10 * 2)
    count = 3 * 4 + 4 + 4 * 2 + 2
    # the first layer: forward and weights; the second also for its input; the update
    assert operations(TINY) == [(240, hidden)] * 2 + [(160, output)] * 3 + [(2 * count, 12 * count)]
    assert operations(TINY, 1) == [(24, 4 * (3 + 12 + 4)), (16, 4 * (4 + 8 + 2))]


def an_image_net_is_counted():
    x, y, pooled = 2 * 16, 2 * 16 * 3, 2 * 4 * 3
    found = operations(IMAGE)
    assert found[:2] == [(2 * 27 * 2 * 16, 4 * (x + 27 + y))] * 2
    assert found[2:4] == [(8 * y, 8 * y), (12 * y, 12 * y)]
    assert found[4:6] == [(y, 4 * (y + pooled))] * 2
    assert found[-1] == (12 * weights(IMAGE), 28 * weights(IMAGE)) and weights(IMAGE) == 27 + 3 + 6 + 12 * 2 + 2


def the_slower_of_arithmetic_and_bytes_counts():
    machine = {"peak_flops": 100.0, "bandwidth": 10.0}
    assert limit([(200, 1), (1, 50)], machine) == 2 + 5


def a_step_of_the_cnn_takes_8_35_gflop():
    products = [flops for flops, _ in operations(WORKLOADS["mnist-cnn"])]
    by_hand = 2 * 2 * 128 * 784 * 25 * 32 + 3 * 2 * 128 * 196 * 25 * 32 * 64 + 3 * 2 * 128 * (3136 * 128 + 128 * 10)
    assert 0 <= sum(products) - by_hand < .005 * by_hand  # pooling and Adam besides


def the_resnet_halves_its_images_twice_and_projects():
    found = layers(WORKLOADS["cifar-resnet"])
    assert [layer.output for layer in found if layer.kind == "residual"] == [(32, 32, 16), (16, 16, 32), (8, 8, 64)]
    shapes = weight_shapes(WORKLOADS["cifar-resnet"])
    assert shapes["residual2.projection.weight"] == (1, 1, 16, 32) and "residual1.projection.weight" not in shapes and shapes["output.weight"] == (64, 10)


def a_text_is_split_at_its_own_blanks_only():
    assert split("residual(conv(3, 3) relu) relu") == [("residual", ["conv(3, 3) relu"]), ("relu", [])]
    assert split("") == []


def every_workload_touches_less_than_100_megabytes():
    for workload in WORKLOADS.values():
        assert 4 * weights(workload) < footprint(workload) < 1e8


tests = [f for name, f in list(globals().items()) if callable(f) and getattr(f, "__module__", "") == "__main__" and f is not Workload]
failed = 0
print(f"1..{len(tests)}")
for number, test in enumerate(tests, 1):
    try:
        test()
        print(f"ok {number} - {test.__name__.replace('_', ' ')}")
    except Exception as e:
        failed += 1
        print(f"not ok {number} - {test.__name__.replace('_', ' ')}\n# {type(e).__name__}: {e}")
sys.exit(failed > 0)
