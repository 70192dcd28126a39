"""Two Ray nodes on the loopback address, in a process of their own: `python -m tests.crash.ray_nodes`.

It says the cluster's address once there are both; a line on its standard input kills the second node, and the end of
that ends the first.
"""

from __future__ import annotations

import sys

from ray.cluster_utils import Cluster

NODE = {"node_ip_address": "127.0.0.1", "num_cpus": 1, "object_store_memory": 200 << 20}


def main() -> None:
    """Start the nodes, kill one when told to, and end the other."""
    cluster = Cluster(initialize_head=True, head_node_args={**NODE, "include_dashboard": False})
    second = cluster.add_node(**NODE)
    sys.stdout.write(f"{cluster.address}\n")
    sys.stdout.flush()
    if sys.stdin.readline():
        cluster.remove_node(second, allow_graceful=False)
        sys.stdout.write("killed\n")
        sys.stdout.flush()
        sys.stdin.readline()
    cluster.shutdown()


if __name__ == "__main__":
    main()
