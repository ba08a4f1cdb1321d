using System.Numerics;

namespace AtpKeyserver.Tlog;

/// <summary>
/// Shows that a tree begins with the leaves of a smaller one: at most 64 hashes; none if the smaller tree is empty or
/// both are the same. <see href="https://www.rfc-editor.org/rfc/rfc6962.html#section-2.1.2"/>
/// </summary>
public static class ConsistencyProof
{
    /// <summary>The nodes whose hashes <see cref="Create"/> will read.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is negative, or the old one is larger.</exception>
    public static IReadOnlyList<NodeAddress> Nodes(long oldSize, long newSize)
    {
        var nodes = new List<NodeAddress>();
        foreach (var part in Parts(oldSize, newSize))
            part.AddNodes(nodes);
        return nodes;
    }

    /// <summary>Creates the proof.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is negative, or the old one is larger.</exception>
    public static Hash[] Create(long oldSize, long newSize, INodeHashes hashes)
    {
        ArgumentNullException.ThrowIfNull(hashes);
        return [.. Parts(oldSize, newSize).Select(part => part.HashFrom(hashes))];
    }

    /// <summary>Whether the new tree begins with the leaves of the old one.</summary>
    /// <remarks><see href="https://www.rfc-editor.org/rfc/rfc9162.html#section-2.1.4.2"/></remarks>
    public static bool Verify(
        long oldSize, in Hash oldRoot, long newSize, in Hash newRoot, ReadOnlySpan<Hash> proof)
    {
        if (oldSize < 0 || oldSize > newSize)
            return false;
        if (oldSize == newSize || oldSize == 0)
        {
            return proof.IsEmpty && (oldSize > 0 || oldRoot == TreeHash.Empty)
                && (oldSize < newSize || oldRoot == newRoot);
        }

        // The largest complete subtree at the end of the old tree is the first hash; it is left out if it is the root.
        var level = BitOperations.TrailingZeroCount(oldSize);
        var node = (oldSize - 1) >> level;
        var last = (newSize - 1) >> level;
        var first = oldRoot;
        if (!BitOperations.IsPow2(oldSize))
        {
            if (proof.IsEmpty)
                return false;
            first = proof[0];
            proof = proof[1..];
        }

        var oldHash = first;
        var newHash = first;
        foreach (ref readonly var hash in proof)
        {
            if (last == 0)
                return false;
            if ((node & 1) == 1 || node == last)
            {
                oldHash = TreeHash.Node(hash, oldHash);
                newHash = TreeHash.Node(hash, newHash);
                for (; (node & 1) == 0 && node != 0; node >>= 1)
                    last >>= 1;
            }
            else
            {
                newHash = TreeHash.Node(newHash, hash);
            }

            node >>= 1;
            last >>= 1;
        }

        return last == 0 && oldHash == oldRoot && newHash == newRoot;
    }

    private static List<Subtree> Parts(long oldSize, long newSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(oldSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(oldSize, newSize);
        var parts = new List<Subtree>();
        if (oldSize == 0)
            return parts;
        var tree = new Subtree(0, newSize);
        while (tree.End != oldSize)
        {
            var left = tree with { End = tree.Middle };
            var right = tree with { Start = tree.Middle };
            (tree, var other) = oldSize <= tree.Middle ? (left, right) : (right, left);
            parts.Add(other);
        }

        // The verifier knows the root of the old tree.
        if (tree.Start != 0)
            parts.Add(tree);
        parts.Reverse();
        return parts;
    }
}
