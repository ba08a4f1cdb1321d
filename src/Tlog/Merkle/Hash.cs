using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace AtpKeyserver.Tlog;

/// <summary>32 bytes: a SHA-256 hash, a label or a commitment. The default value is all zeros.</summary>
public readonly struct Hash : IEquatable<Hash>
{
    /// <summary>In bytes.</summary>
    public const int Size = 32;

    /// <summary>In characters, with one <c>=</c> of padding.</summary>
    internal const int Base64Length = 44;

    private readonly HashBytes _bytes;

    /// <summary>Copies 32 bytes.</summary>
    /// <exception cref="ArgumentException">There are not exactly 32 bytes.</exception>
    public Hash(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
            throw new ArgumentException("A hash has 32 bytes.", nameof(bytes));
        bytes.CopyTo(_bytes);
    }

    /// <summary>The 32 bytes.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> Span => _bytes;

    /// <summary>Whether all bytes are zero.</summary>
    public bool IsZero => Span.IndexOfAnyExcept((byte)0) < 0;

    /// <summary>Whether two hashes are the same.</summary>
    public static bool operator ==(Hash left, Hash right) => left.Equals(right);

    /// <summary>Whether two hashes differ.</summary>
    public static bool operator !=(Hash left, Hash right) => !left.Equals(right);

    /// <summary>SHA-256 of the data.</summary>
    public static Hash Sha256(ReadOnlySpan<byte> data)
    {
        Span<byte> digest = stackalloc byte[Size];
        SHA256.HashData(data, digest);
        return new Hash(digest);
    }

    /// <summary>Reads 44 characters of canonical Base64 (RFC 4648, section 4).</summary>
    public static bool TryParseBase64(ReadOnlySpan<byte> text, out Hash hash)
    {
        Span<byte> bytes = stackalloc byte[Size];
        var valid = text.Length == Base64Length && StrictBase64.TryDecode(text, bytes, out var written)
            && written == Size;
        hash = valid ? new Hash(bytes) : default;
        return valid;
    }

    /// <summary>Base64 (RFC 4648, section 4), 44 characters.</summary>
    public override string ToString() => Convert.ToBase64String(Span);

    /// <summary>Whether two hashes are the same, in constant time.</summary>
    public bool Equals(Hash other) => CryptographicOperations.FixedTimeEquals(Span, other.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Hash other && Equals(other);

    /// <summary>The first four bytes: not suitable where others choose the values to make collisions.</summary>
    public override int GetHashCode() => MemoryMarshal.Read<int>(Span);
}
