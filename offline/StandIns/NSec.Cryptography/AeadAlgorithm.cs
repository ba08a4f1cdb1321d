namespace NSec.Cryptography;

/// <summary>An algorithm for authenticated encryption with associated data (RFC 5116).</summary>
public abstract class AeadAlgorithm : Algorithm
{
    private static readonly XChaCha20Poly1305 _xchacha20Poly1305 = new();

    private protected AeadAlgorithm(int keySize, int nonceSize, int tagSize)
    {
        KeySize = keySize;
        NonceSize = nonceSize;
        TagSize = tagSize;
    }

    /// <summary>XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03).</summary>
    public static XChaCha20Poly1305 XChaCha20Poly1305 => _xchacha20Poly1305;

    /// <summary>In bytes.</summary>
    public int KeySize { get; }

    /// <summary>In bytes.</summary>
    public int NonceSize { get; }

    /// <summary>In bytes.</summary>
    public int TagSize { get; }

    internal sealed override int SecretKeySize => KeySize;

    internal sealed override KeyBlobFormat SecretFormat => KeyBlobFormat.RawSymmetricKey;

    /// <summary>Encrypts. The result is the ciphertext followed by the tag.</summary>
    /// <exception cref="ArgumentNullException">No key.</exception>
    /// <exception cref="ArgumentException">A key of another algorithm, or a nonce of another size.</exception>
    /// <exception cref="ObjectDisposedException">The key was disposed.</exception>
    public byte[] Encrypt(Key key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> plaintext)
    {
        RequireForEncrypt(key, nonce);
        if (plaintext.Length > int.MaxValue - TagSize)
            throw Error.PlaintextTooLong(nameof(plaintext), int.MaxValue - TagSize);
        var ciphertext = new byte[plaintext.Length + TagSize];
        EncryptCore(key.Secret, nonce, associatedData, plaintext, ciphertext);
        return ciphertext;
    }

    /// <summary>Encrypts into <paramref name="ciphertext"/>, which is the tag longer than the plaintext. Also in place.</summary>
    /// <exception cref="ArgumentNullException">No key.</exception>
    /// <exception cref="ArgumentException">A key of another algorithm, a nonce or buffer of another size, buffers that overlap.</exception>
    /// <exception cref="ObjectDisposedException">The key was disposed.</exception>
    public void Encrypt(Key key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> plaintext,
        Span<byte> ciphertext)
    {
        RequireForEncrypt(key, nonce);
        if (ciphertext.Length - TagSize != plaintext.Length)
            throw Error.CiphertextLength(nameof(ciphertext));
        if (ciphertext.Overlaps(plaintext, out var offset) && offset != 0)
            throw Error.Overlap(nameof(ciphertext));
        EncryptCore(key.Secret, nonce, associatedData, plaintext, ciphertext);
    }

    /// <summary>Decrypts; <see langword="null"/> when the ciphertext is not authentic or nonce or ciphertext have a wrong size.</summary>
    /// <exception cref="ArgumentNullException">No key.</exception>
    /// <exception cref="ArgumentException">A key of another algorithm.</exception>
    /// <exception cref="ObjectDisposedException">The key was disposed.</exception>
    public byte[]? Decrypt(Key key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> ciphertext)
    {
        Require(key);
        if (nonce.Length != NonceSize || ciphertext.Length < TagSize)
            return null;
        var plaintext = new byte[ciphertext.Length - TagSize];
        return DecryptCore(key.Secret, nonce, associatedData, ciphertext, plaintext) ? plaintext : null;
    }

    /// <summary>Decrypts into <paramref name="plaintext"/>, which is the tag shorter than the ciphertext. Also in place.</summary>
    /// <returns>False when the ciphertext is not authentic or nonce or ciphertext have a wrong size.</returns>
    /// <exception cref="ArgumentNullException">No key.</exception>
    /// <exception cref="ArgumentException">A key of another algorithm, a buffer of another size, buffers that overlap.</exception>
    /// <exception cref="ObjectDisposedException">The key was disposed.</exception>
    public bool Decrypt(Key key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> ciphertext,
        Span<byte> plaintext)
    {
        Require(key);
        if (nonce.Length != NonceSize || ciphertext.Length < TagSize)
            return false;
        if (plaintext.Length != ciphertext.Length - TagSize)
            throw Error.PlaintextLength(nameof(plaintext));
        if (plaintext.Overlaps(ciphertext, out var offset) && offset != 0)
            throw Error.Overlap(nameof(plaintext));
        return DecryptCore(key.Secret, nonce, associatedData, ciphertext, plaintext);
    }

    private protected abstract void EncryptCore(SecureMemory secret, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData,
        ReadOnlySpan<byte> plaintext, Span<byte> ciphertext);

    private protected abstract bool DecryptCore(SecureMemory secret, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData,
        ReadOnlySpan<byte> ciphertext, Span<byte> plaintext);

    private void Require(Key key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Algorithm != this)
            throw Error.KeyMismatch(nameof(key));
    }

    private void RequireForEncrypt(Key key, ReadOnlySpan<byte> nonce)
    {
        Require(key);
        if (nonce.Length != NonceSize)
            throw Error.NonceLength(nameof(nonce), NonceSize);
    }
}
