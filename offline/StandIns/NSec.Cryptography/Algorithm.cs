using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace NSec.Cryptography;

/// <summary>An algorithm: one immutable, thread-safe object. Keys belong to the object that made them.</summary>
public abstract class Algorithm
{
    private protected Algorithm()
    {
    }

    /// <summary>Size of a secret key in bytes, as it is exported raw.</summary>
    internal abstract int SecretKeySize { get; }

    /// <summary>The format in which a secret key of this algorithm is imported and exported.</summary>
    internal abstract KeyBlobFormat SecretFormat { get; }

    /// <inheritdoc/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public sealed override bool Equals(object? obj) => this == obj;

    /// <inheritdoc/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public sealed override int GetHashCode() => RuntimeHelpers.GetHashCode(this);

    /// <inheritdoc/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public sealed override string? ToString() => GetType().ToString();

    /// <summary>Makes the key that follows from <see cref="SecretKeySize"/> bytes.</summary>
    internal abstract SecureMemory CreateSecret(ReadOnlySpan<byte> raw, out PublicKey? publicKey);

    internal void RequireSecretFormat(KeyBlobFormat format, string name)
    {
        if (format != SecretFormat)
            throw Error.FormatNotSupported(name, format);
    }

    /// <exception cref="ArgumentException">The algorithm has no public keys, or not in this format.</exception>
    internal virtual void RequirePublicFormat(KeyBlobFormat format, string name) => throw Error.FormatNotSupported(name, format);
}
