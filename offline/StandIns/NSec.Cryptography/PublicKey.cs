using System.ComponentModel;
using System.Diagnostics;

namespace NSec.Cryptography;

/// <summary>A public key. Immutable.</summary>
[DebuggerDisplay("Algorithm = {Algorithm}")]
public sealed class PublicKey : IEquatable<PublicKey>
{
    private readonly byte[] _bytes;

    internal PublicKey(Algorithm algorithm, byte[] bytes)
    {
        Algorithm = algorithm;
        _bytes = bytes;
    }

    /// <summary>The algorithm object that the key belongs to.</summary>
    public Algorithm Algorithm { get; }

    /// <summary>In bytes.</summary>
    public int Size => _bytes.Length;

    internal ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Reads a public key.</summary>
    /// <exception cref="ArgumentNullException">No algorithm.</exception>
    /// <exception cref="ArgumentException">The algorithm has no such format.</exception>
    /// <exception cref="FormatException">The blob is malformed. That the bytes are a point on the curve is not checked.</exception>
    public static PublicKey Import(Algorithm algorithm, ReadOnlySpan<byte> blob, KeyBlobFormat format) =>
        TryImport(algorithm, blob, format, out var result) ? result! : throw Error.InvalidBlob();

    /// <summary>Reads a public key; false when the blob is malformed.</summary>
    /// <exception cref="ArgumentNullException">No algorithm.</exception>
    /// <exception cref="ArgumentException">The algorithm has no such format.</exception>
    public static bool TryImport(Algorithm algorithm, ReadOnlySpan<byte> blob, KeyBlobFormat format, out PublicKey? result)
    {
        ArgumentNullException.ThrowIfNull(algorithm);
        algorithm.RequirePublicFormat(format, nameof(format));
        result = blob.Length == ((SignatureAlgorithm)algorithm).PublicKeySize ? new PublicKey(algorithm, blob.ToArray()) : null;
        return result is not null;
    }

    /// <summary>The bytes of the key, anew with every call.</summary>
    /// <exception cref="ArgumentException">The algorithm has no such format.</exception>
    public byte[] Export(KeyBlobFormat format)
    {
        Algorithm.RequirePublicFormat(format, nameof(format));
        return [.. _bytes];
    }

    /// <summary>The bytes that an export in this format takes.</summary>
    /// <exception cref="ArgumentException">The algorithm has no such format.</exception>
    public int GetExportBlobSize(KeyBlobFormat format)
    {
        Algorithm.RequirePublicFormat(format, nameof(format));
        return Size;
    }

    /// <summary>Writes the key; false when the buffer is too small for <paramref name="blobSize"/> bytes.</summary>
    /// <exception cref="ArgumentException">The algorithm has no such format.</exception>
    public bool TryExport(KeyBlobFormat format, Span<byte> blob, out int blobSize)
    {
        blobSize = GetExportBlobSize(format);
        return _bytes.AsSpan().TryCopyTo(blob);
    }

    /// <inheritdoc/>
    public bool Equals(PublicKey? other) =>
        other is not null && other.Algorithm == Algorithm && Bytes.SequenceCompareTo(other.Bytes) == 0;

    /// <inheritdoc/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public override bool Equals(object? obj) => Equals(obj as PublicKey);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(_bytes);
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public override string? ToString() => typeof(PublicKey).ToString();
}
