namespace AtpKeyserver.Tlog;

/// <summary>
/// Shows that a tree contains a leaf: the hashes from the leaf's sibling up to the root's child, at most 63.
/// <see href="https://www.rfc-editor.org/rfc/rfc6962.html#section-2.1.1"/>
/// </summary>
public static class InclusionProof
{
    /// <summary>The largest number of hashes.</summary>
    public const int MaxLength = 63;

    /// <summary>The nodes whose hashes <see cref="Create"/> will read.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The tree has no such leaf.</exception>
    public static IReadOnlyList<NodeAddress> Nodes(long index, long size)
    {
        var nodes = new List<NodeAddress>();
        foreach (var sibling in Siblings(index, size))
            sibling.AddNodes(nodes);
        return nodes;
    }

    /// <summary>Creates the proof.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The tree has no such leaf.</exception>
    public static Hash[] Create(long index, long size, INodeHashes hashes)
    {
        ArgumentNullException.ThrowIfNull(hashes);
        return [.. Siblings(index, size).Select(sibling => sibling.HashFrom(hashes))];
    }

    /// <summary>Whether the tree with this size and root has this leaf at this index.</summary>
    /// <remarks><see href="https://www.rfc-editor.org/rfc/rfc9162.html#section-2.1.3.2"/></remarks>
    public static bool Verify(in Hash leaf, long index, long size, ReadOnlySpan<Hash> proof, in Hash root)
    {
        if (index < 0 || index >= size)
            return false;
        var node = index;
        var last = size - 1;
        var hash = leaf;
        foreach (ref readonly var sibling in proof)
        {
            if (last == 0)
                return false;
            if ((node & 1) == 1 || node == last)
            {
                hash = TreeHash.Node(sibling, hash);
                // Skips the levels where the last node has no sibling.
                for (; (node & 1) == 0 && node != 0; node >>= 1)
                    last >>= 1;
            }
            else
            {
                hash = TreeHash.Node(hash, sibling);
            }

            node >>= 1;
            last >>= 1;
        }

        return last == 0 && hash == root;
    }

    private static List<Subtree> Siblings(long index, long size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size);
        var siblings = new List<Subtree>();
        for (var tree = new Subtree(0, size); tree.End - tree.Start > 1;)
        {
            var left = tree with { End = tree.Middle };
            var right = tree with { Start = tree.Middle };
            (tree, var sibling) = index < tree.Middle ? (left, right) : (right, left);
            siblings.Add(sibling);
        }

        siblings.Reverse();
        return siblings;
    }
}
