using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;

namespace NSec.Cryptography;

/// <summary>A symmetric key or a key pair. The secret lives in guarded memory that <see cref="Dispose"/> zeroes and frees.</summary>
[DebuggerDisplay("Algorithm = {Algorithm}")]
public sealed class Key : IDisposable
{
    private readonly PublicKey? _publicKey;
    private bool _exported;

    /// <summary>Makes a random key.</summary>
    /// <exception cref="ArgumentNullException">No algorithm.</exception>
    public Key(Algorithm algorithm, in KeyCreationParameters creationParameters = default)
    {
        ArgumentNullException.ThrowIfNull(algorithm);
        Algorithm = algorithm;
        ExportPolicy = creationParameters.ExportPolicy;
        Span<byte> raw = stackalloc byte[algorithm.SecretKeySize];
        try
        {
            RandomNumberGenerator.Fill(raw);
            Secret = algorithm.CreateSecret(raw, out _publicKey);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(raw);
        }
    }

    private Key(Algorithm algorithm, ReadOnlySpan<byte> raw, KeyExportPolicies exportPolicy)
    {
        Algorithm = algorithm;
        ExportPolicy = exportPolicy;
        Secret = algorithm.CreateSecret(raw, out _publicKey);
    }

    /// <summary>The algorithm object that the key belongs to.</summary>
    public Algorithm Algorithm { get; }

    /// <summary>Whether the secret may leave.</summary>
    public KeyExportPolicies ExportPolicy { get; }

    /// <summary>True for a key pair.</summary>
    public bool HasPublicKey => _publicKey is not null;

    /// <summary>The public half of a key pair; readable also after <see cref="Dispose"/>.</summary>
    /// <exception cref="InvalidOperationException">The key is symmetric.</exception>
    public PublicKey PublicKey => _publicKey ?? throw Error.NoPublicKey();

    /// <summary>Of the secret, in bytes.</summary>
    public int Size => Algorithm.SecretKeySize;

    internal SecureMemory Secret { get; }

    /// <inheritdoc cref="Key(Algorithm, in KeyCreationParameters)"/>
    public static Key Create(Algorithm algorithm, in KeyCreationParameters creationParameters = default) =>
        new(algorithm, in creationParameters);

    /// <summary>Reads a secret key. The caller zeroes the blob.</summary>
    /// <exception cref="ArgumentNullException">No algorithm.</exception>
    /// <exception cref="ArgumentException">The algorithm has no such format.</exception>
    /// <exception cref="FormatException">The blob is malformed.</exception>
    public static Key Import(Algorithm algorithm, ReadOnlySpan<byte> blob, KeyBlobFormat format,
        in KeyCreationParameters creationParameters = default) =>
        TryImport(algorithm, blob, format, out var result, in creationParameters) ? result! : throw Error.InvalidBlob();

    /// <summary>Reads a secret key; false when the blob is malformed. The caller zeroes the blob.</summary>
    /// <exception cref="ArgumentNullException">No algorithm.</exception>
    /// <exception cref="ArgumentException">The algorithm has no such format.</exception>
    public static bool TryImport(Algorithm algorithm, ReadOnlySpan<byte> blob, KeyBlobFormat format, out Key? result,
        in KeyCreationParameters creationParameters = default)
    {
        ArgumentNullException.ThrowIfNull(algorithm);
        algorithm.RequireSecretFormat(format, nameof(format));
        result = blob.Length == algorithm.SecretKeySize ? new Key(algorithm, blob, creationParameters.ExportPolicy) : null;
        return result is not null;
    }

    /// <summary>Writes the key, or its public half, into new memory; the caller zeroes it.</summary>
    /// <exception cref="ArgumentException">The algorithm has no such format.</exception>
    /// <exception cref="InvalidOperationException">The policy forbids it.</exception>
    /// <exception cref="ObjectDisposedException">A secret of a disposed key.</exception>
    public byte[] Export(KeyBlobFormat format)
    {
        if (format >= 0)
            return PublicKeyFor(format).Export(format);
        RequireExportable();
        var blob = new byte[GetExportBlobSize(format)];
        _ = TryExport(format, blob, out _);
        return blob;
    }

    /// <summary>The bytes that an export in this format takes.</summary>
    /// <exception cref="ArgumentException">The algorithm has no such format.</exception>
    /// <exception cref="ObjectDisposedException">A secret of a disposed key.</exception>
    public int GetExportBlobSize(KeyBlobFormat format)
    {
        if (format >= 0)
            return PublicKeyFor(format).GetExportBlobSize(format);
        ObjectDisposedException.ThrowIf(Secret.IsClosed, this);
        Algorithm.RequireSecretFormat(format, nameof(format));
        return Size;
    }

    /// <summary>Writes the key, or its public half; false when the buffer is too small for <paramref name="blobSize"/> bytes.</summary>
    /// <exception cref="ArgumentException">The algorithm has no such format.</exception>
    /// <exception cref="InvalidOperationException">The policy forbids it.</exception>
    /// <exception cref="ObjectDisposedException">A secret of a disposed key.</exception>
    public bool TryExport(KeyBlobFormat format, Span<byte> blob, out int blobSize)
    {
        if (format >= 0)
            return PublicKeyFor(format).TryExport(format, blob, out blobSize);
        RequireExportable();
        blobSize = GetExportBlobSize(format);
        using var lease = Secret.Use();
        var done = lease.Bytes[..Size].TryCopyTo(blob);
        _exported |= done;
        return done;
    }

    /// <summary>Zeroes and frees the secret.</summary>
    public void Dispose() => Secret.Dispose();

    /// <inheritdoc/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public override string? ToString() => typeof(Key).ToString();

    private PublicKey PublicKeyFor(KeyBlobFormat format) => _publicKey ?? throw Error.FormatNotSupported(nameof(format), format);

    private void RequireExportable()
    {
        ObjectDisposedException.ThrowIf(Secret.IsClosed, this);
        if (ExportPolicy.HasFlag(KeyExportPolicies.AllowPlaintextExport))
            return;
        if (!ExportPolicy.HasFlag(KeyExportPolicies.AllowPlaintextArchiving))
            throw Error.ExportNotAllowed();
        if (_exported)
            throw Error.AlreadyArchived();
    }
}
