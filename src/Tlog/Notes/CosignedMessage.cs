using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace AtpKeyserver.Tlog;

/// <summary>
/// What a cosigner signs: <c>cosignature/v1</c>, <c>time {seconds}</c> and the text of the checkpoint. The signature is
/// u64 time ‖ Ed25519. <see href="https://c2sp.org/tlog-cosignature#ed25519-signed-message"/>
/// </summary>
internal static class CosignedMessage
{
    public const int TimestampSize = sizeof(ulong);

    /// <summary>In bytes, with the time.</summary>
    public const int SignatureSize = TimestampSize + 64;

    public static byte[] Of(long timestamp, ReadOnlySpan<byte> text)
    {
        var header = string.Create(CultureInfo.InvariantCulture, $"cosignature/v1\ntime {timestamp}\n");
        return [.. Encoding.ASCII.GetBytes(header), .. text];
    }

    /// <summary>False unless the signature has the right length and the time is at most 2^63-1.</summary>
    public static bool TryReadTimestamp(ReadOnlySpan<byte> signature, out long timestamp)
    {
        timestamp = 0;
        return signature.Length == SignatureSize
            && BinaryPrimitives.TryReadInt64BigEndian(signature, out timestamp) && timestamp >= 0;
    }
}
