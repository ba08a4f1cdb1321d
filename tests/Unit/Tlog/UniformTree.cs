using System.Numerics;
using AtpKeyserver.Tlog;

namespace AtpKeyserver.Tests.Unit.Tlog;

/// <summary>A tree of any size whose leaves are all the same, so that each level has one hash.</summary>
internal sealed class UniformTree : INodeHashes
{
    private readonly Hash[] _levels = new Hash[63];

    public UniformTree()
    {
        _levels[0] = Leaf;
        for (var level = 1; level < _levels.Length; level++)
            _levels[level] = TreeHash.Node(_levels[level - 1], _levels[level - 1]);
    }

    public static Hash Leaf { get; } = TreeHash.Leaf("same"u8);

    public Hash Get(NodeAddress node)
    {
        Assert.InRange(node.Index, 0, (long.MaxValue >> node.Level) - 1);
        return _levels[node.Level];
    }

    public RightEdge Edge(long size)
    {
        var levels = Enumerable.Range(0, 63).Reverse().Where(level => (size >> level & 1) == 1);
        var edge = new RightEdge(size, [.. levels.Select(level => _levels[level])]);
        Assert.Equal(BitOperations.PopCount((ulong)size), edge.Hashes.Length);
        return edge;
    }
}
