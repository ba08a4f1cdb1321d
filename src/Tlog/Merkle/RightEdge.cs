using System.Numerics;
using System.Runtime.InteropServices;

namespace AtpKeyserver.Tlog;

/// <summary>
/// The roots of the complete subtrees that a tree consists of, from the largest, left, to the smallest, right: one for
/// each bit that is set in the size. They are all that is needed to append leaves and to compute the root.
/// </summary>
public sealed class RightEdge
{
    private readonly List<Hash> _hashes;

    /// <summary>An empty tree.</summary>
    public RightEdge() => _hashes = [];

    /// <summary>A tree from stored hashes.</summary>
    /// <param name="size">The number of leaves.</param>
    /// <param name="hashes">From left to right, one for each bit that is set in the size.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is negative.</exception>
    /// <exception cref="ArgumentException">The size needs another number of hashes.</exception>
    public RightEdge(long size, ReadOnlySpan<Hash> hashes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        if (hashes.Length != BitOperations.PopCount((ulong)size))
            throw new ArgumentException($"A tree of size {size} has another number of hashes.", nameof(hashes));
        Size = size;
        _hashes = [.. hashes];
    }

    /// <summary>The number of leaves.</summary>
    public long Size { get; private set; }

    /// <summary>From left to right, at most 63. Valid until a leaf is appended.</summary>
    public ReadOnlySpan<Hash> Hashes => CollectionsMarshal.AsSpan(_hashes);

    /// <summary>Appends a leaf's hash.</summary>
    /// <param name="leaf">The hash.</param>
    /// <param name="completed">Receives the nodes above the leaf whose subtrees it completes, from below.</param>
    /// <exception cref="InvalidOperationException">The tree has 2^63-1 leaves.</exception>
    public void Append(in Hash leaf, ICollection<(NodeAddress Node, Hash Hash)>? completed = null)
    {
        if (Size == long.MaxValue)
            throw new InvalidOperationException("The tree is full.");
        var hash = leaf;
        for (var level = 0; (Size >> level & 1) == 1; level++)
        {
            hash = TreeHash.Node(_hashes[^1], hash);
            _hashes.RemoveAt(_hashes.Count - 1);
            completed?.Add((new NodeAddress(level + 1, Size >> (level + 1)), hash));
        }

        _hashes.Add(hash);
        Size++;
    }

    /// <summary>The root of the tree.</summary>
    public Hash Root()
    {
        if (_hashes.Count == 0)
            return TreeHash.Empty;
        var root = _hashes[^1];
        for (var i = _hashes.Count - 2; i >= 0; i--)
            root = TreeHash.Node(_hashes[i], root);
        return root;
    }
}
