namespace NSec.Cryptography;

/// <summary>A digital signature algorithm.</summary>
public abstract class SignatureAlgorithm : Algorithm
{
    private static readonly Ed25519 _ed25519 = new();

    private protected SignatureAlgorithm(int privateKeySize, int publicKeySize, int signatureSize)
    {
        PrivateKeySize = privateKeySize;
        PublicKeySize = publicKeySize;
        SignatureSize = signatureSize;
    }

    /// <summary>Ed25519 (RFC 8032).</summary>
    public static Ed25519 Ed25519 => _ed25519;

    /// <summary>In bytes.</summary>
    public int PrivateKeySize { get; }

    /// <summary>In bytes.</summary>
    public int PublicKeySize { get; }

    /// <summary>In bytes.</summary>
    public int SignatureSize { get; }

    internal sealed override int SecretKeySize => PrivateKeySize;

    internal sealed override KeyBlobFormat SecretFormat => KeyBlobFormat.RawPrivateKey;

    /// <summary>Signs with a key of this algorithm.</summary>
    /// <exception cref="ArgumentNullException">No key.</exception>
    /// <exception cref="ArgumentException">A key of another algorithm.</exception>
    /// <exception cref="ObjectDisposedException">The key was disposed.</exception>
    public byte[] Sign(Key key, ReadOnlySpan<byte> data)
    {
        Require(key);
        var signature = new byte[SignatureSize];
        SignCore(key.Secret, data, signature);
        return signature;
    }

    /// <summary>Signs into <paramref name="signature"/>, which has <see cref="SignatureSize"/> bytes.</summary>
    /// <exception cref="ArgumentNullException">No key.</exception>
    /// <exception cref="ArgumentException">A key of another algorithm, or a buffer of another size.</exception>
    /// <exception cref="ObjectDisposedException">The key was disposed.</exception>
    public void Sign(Key key, ReadOnlySpan<byte> data, Span<byte> signature)
    {
        Require(key);
        if (signature.Length != SignatureSize)
            throw Error.SignatureLength(nameof(signature), SignatureSize);
        SignCore(key.Secret, data, signature);
    }

    /// <summary>Tells whether the signature is right. One of another size is wrong.</summary>
    /// <exception cref="ArgumentNullException">No key.</exception>
    /// <exception cref="ArgumentException">A key of another algorithm.</exception>
    public bool Verify(PublicKey publicKey, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        ArgumentNullException.ThrowIfNull(publicKey);
        if (publicKey.Algorithm != this)
            throw Error.KeyMismatch(nameof(publicKey));
        return signature.Length == SignatureSize && VerifyCore(publicKey.Bytes, data, signature);
    }

    internal sealed override void RequirePublicFormat(KeyBlobFormat format, string name)
    {
        if (format != KeyBlobFormat.RawPublicKey)
            throw Error.FormatNotSupported(name, format);
    }

    private protected abstract void SignCore(SecureMemory secret, ReadOnlySpan<byte> data, Span<byte> signature);

    private protected abstract bool VerifyCore(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature);

    private void Require(Key key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Algorithm != this)
            throw Error.KeyMismatch(nameof(key));
    }
}
