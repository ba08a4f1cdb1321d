using System.Buffers.Binary;

namespace AtpKeyserver.Tlog;

/// <summary>What entry 0 binds: the log's origin, its VRF key and the log that it continues.</summary>
public sealed class LogIdentity
{
    /// <summary>An identity.</summary>
    /// <param name="origin">The origin of the log.</param>
    /// <param name="vrfKey">The key of all labels.</param>
    /// <param name="predecessorSize">The size of the log that this one continues, or 0.</param>
    /// <param name="predecessorRoot">The root of that log, or zeros.</param>
    /// <exception cref="ArgumentException">A value is not valid, or only one of size and root is zero.</exception>
    public LogIdentity(string origin, VrfPublicKey vrfKey, long predecessorSize = 0, Hash predecessorRoot = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(origin);
        ArgumentNullException.ThrowIfNull(vrfKey);
        ArgumentOutOfRangeException.ThrowIfNegative(predecessorSize);
        if (predecessorSize == 0 != predecessorRoot.IsZero)
            throw new ArgumentException("A predecessor has a size and a root.", nameof(predecessorRoot));
        (Origin, VrfKey, PredecessorSize, PredecessorRoot) = (origin, vrfKey, predecessorSize, predecessorRoot);
    }

    /// <summary>The origin of the log, which is also the name of its keys.</summary>
    public string Origin { get; }

    /// <summary>The key of all labels.</summary>
    public VrfPublicKey VrfKey { get; }

    /// <summary>The size of the log that this one continues, or 0.</summary>
    public long PredecessorSize { get; }

    /// <summary>The root of that log, or zeros.</summary>
    public Hash PredecessorRoot { get; }

    /// <summary>
    /// SHA-256(<c>atpkeyserver/tlog/log/v1</c> ‖ 0x00 ‖ u32 length ‖ origin ‖ VRF key ‖ u64 size ‖ root); numbers are
    /// big-endian.
    /// </summary>
    public Hash Commitment()
    {
        var origin = StrictUtf8.GetBytes(Origin);
        Span<byte> length = stackalloc byte[sizeof(uint)];
        Span<byte> size = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteInt32BigEndian(length, origin.Length);
        BinaryPrimitives.WriteInt64BigEndian(size, PredecessorSize);
        return Hash.Sha256(
        [
            .. "atpkeyserver/tlog/log/v1"u8, 0x00, .. length, .. origin, .. VrfKey.Bytes.Span, .. size,
            .. PredecessorRoot.Span,
        ]);
    }

    /// <summary>Entry 0 of the log.</summary>
    public LogEntry ToEntry() => new(ChainKind.Log, default, 0, default, Commitment());
}
