namespace AtpKeyserver.Tlog;

/// <summary>
/// Hashes of a Merkle tree with SHA-256. Leaves and nodes have different prefixes, so neither can be presented as the
/// other. <see href="https://www.rfc-editor.org/rfc/rfc6962.html#section-2.1"/>
/// </summary>
public static class TreeHash
{
    private const byte LeafPrefix = 0;
    private const byte NodePrefix = 1;
    private const int MaxOnStack = 1024;

    /// <summary>The root of a tree without leaves: SHA-256 of nothing.</summary>
    public static Hash Empty { get; } = Hash.Sha256([]);

    /// <summary>SHA-256(0x00 ‖ entry).</summary>
    public static Hash Leaf(ReadOnlySpan<byte> entry)
    {
        var length = 1 + entry.Length;
        var data = length <= MaxOnStack ? stackalloc byte[MaxOnStack] : new byte[length];
        data[0] = LeafPrefix;
        entry.CopyTo(data[1..]);
        return Hash.Sha256(data[..length]);
    }

    /// <summary>SHA-256(0x01 ‖ left ‖ right).</summary>
    public static Hash Node(in Hash left, in Hash right)
    {
        Span<byte> data = stackalloc byte[1 + 2 * Hash.Size];
        data[0] = NodePrefix;
        left.Span.CopyTo(data[1..]);
        right.Span.CopyTo(data[(1 + Hash.Size)..]);
        return Hash.Sha256(data);
    }
}
