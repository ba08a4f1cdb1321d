using System.Diagnostics.CodeAnalysis;

namespace AtpKeyserver.Tlog;

/// <summary>
/// What an entry commits to: a random nonce and the bytes of an event, as they were serialized once.
/// </summary>
public sealed class Opening
{
    /// <summary>Of the nonce, in bytes.</summary>
    public const int NonceSize = 32;

    /// <summary>In bytes: an event with a DID of 2 kB, the longest of all, fits.</summary>
    public const int MaxEventSize = 4 << 10;

    private readonly byte[] _bytes;

    /// <summary>A new opening.</summary>
    /// <param name="nonce">32 random bytes, used for no other event.</param>
    /// <param name="eventBytes">From <see cref="LogEvent.Encode"/>.</param>
    /// <exception cref="ArgumentException">A length is not valid.</exception>
    public Opening(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> eventBytes)
    {
        if (nonce.Length != NonceSize)
            throw new ArgumentException($"A nonce has {NonceSize} bytes.", nameof(nonce));
        if (eventBytes.Length is 0 or > MaxEventSize)
            throw new ArgumentException($"An event has 1 to {MaxEventSize} bytes.", nameof(eventBytes));
        _bytes = [.. nonce, .. eventBytes];
    }

    /// <summary>Nonce ‖ event bytes.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes;

    /// <summary>The 32 bytes.</summary>
    public ReadOnlyMemory<byte> Nonce => Bytes[..NonceSize];

    /// <summary>The event, for <see cref="LogEvent.TryParse"/>.</summary>
    public ReadOnlyMemory<byte> EventBytes => Bytes[NonceSize..];

    /// <summary>Reads nonce ‖ event bytes; the event is not read.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out Opening? opening)
    {
        var valid = bytes.Length is > NonceSize and <= NonceSize + MaxEventSize;
        opening = valid ? new Opening(bytes[..NonceSize], bytes[NonceSize..]) : null;
        return valid;
    }

    /// <summary>SHA-256(<c>atpkeyserver/tlog/opening/v1</c> ‖ 0x00 ‖ nonce ‖ event bytes).</summary>
    public Hash Commitment() => Hash.Sha256([.. "atpkeyserver/tlog/opening/v1"u8, 0x00, .. _bytes]);
}
