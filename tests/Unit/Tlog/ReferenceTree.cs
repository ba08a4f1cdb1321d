using AtpKeyserver.Tlog;

namespace AtpKeyserver.Tests.Unit.Tlog;

/// <summary>The recursive definitions of RFC 6962, section 2.1, word by word.</summary>
internal sealed class ReferenceTree(IReadOnlyList<Hash> leaves) : INodeHashes
{
    private readonly Dictionary<(int, int), Hash> _hashes = [];

    /// <summary>A tree whose entry number i is the text of i.</summary>
    public static ReferenceTree OfNumbers(int size) => new([.. Enumerable.Range(0, size).Select(Number)]);

    public static byte[] Entry(int number) => BitConverter.GetBytes(number);

    public static Hash Number(int number) => TreeHash.Leaf(Entry(number));

    public Hash Get(NodeAddress node) =>
        Hash((int)(node.Index << node.Level), (int)((node.Index + 1) << node.Level));

    /// <summary>MTH(D[from:to]).</summary>
    public Hash Hash(int from, int to)
    {
        if (to == from)
            return TreeHash.Empty;
        if (to - from == 1)
            return leaves[from];
        if (_hashes.TryGetValue((from, to), out var hash))
            return hash;
        var middle = from + LargestPower(to - from);
        return _hashes[(from, to)] = TreeHash.Node(Hash(from, middle), Hash(middle, to));
    }

    /// <summary>PATH(index - from, D[from:to]).</summary>
    public IEnumerable<Hash> Path(int index, int from, int to)
    {
        if (to - from == 1)
            return [];
        var middle = from + LargestPower(to - from);
        return index < middle
            ? [.. Path(index, from, middle), Hash(middle, to)]
            : [.. Path(index, middle, to), Hash(from, middle)];
    }

    /// <summary>PROOF(size, D[0:to]).</summary>
    public IEnumerable<Hash> Proof(int size, int to) => size == 0 ? [] : Part(size, 0, to, isKnown: true);

    /// <summary>SUBPROOF(size - from, D[from:to], isKnown).</summary>
    private IEnumerable<Hash> Part(int size, int from, int to, bool isKnown)
    {
        if (size == to)
            return isKnown ? [] : [Hash(from, to)];
        var middle = from + LargestPower(to - from);
        return size <= middle
            ? [.. Part(size, from, middle, isKnown), Hash(middle, to)]
            : [.. Part(size, middle, to, isKnown: false), Hash(from, middle)];
    }

    private static int LargestPower(int below)
    {
        var power = 1;
        while (power * 2 < below)
            power *= 2;
        return power;
    }
}
