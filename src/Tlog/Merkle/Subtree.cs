using System.Numerics;

namespace AtpKeyserver.Tlog;

/// <summary>
/// The leaves from <paramref name="Start"/> up to, not including, <paramref name="End"/>, as the recursion of RFC 6962,
/// section 2.1 divides a tree. It is not empty, and it starts at a multiple of its largest complete part.
/// </summary>
internal readonly record struct Subtree(long Start, long End)
{
    /// <summary>Where the left part ends: the largest power of two below the number of leaves.</summary>
    public long Middle => Start + (1L << BitOperations.Log2((ulong)(End - Start - 1)));

    /// <summary>The complete subtrees that it consists of, from left to right; at most 63.</summary>
    public void AddNodes(List<NodeAddress> nodes)
    {
        for (var at = Start; at < End;)
        {
            var level = BitOperations.Log2((ulong)(End - at));
            nodes.Add(new NodeAddress(level, at >> level));
            at += 1L << level;
        }
    }

    public Hash HashFrom(INodeHashes hashes)
    {
        var nodes = new List<NodeAddress>();
        AddNodes(nodes);
        var hash = hashes.Get(nodes[^1]);
        for (var i = nodes.Count - 2; i >= 0; i--)
            hash = TreeHash.Node(hashes.Get(nodes[i]), hash);
        return hash;
    }
}
