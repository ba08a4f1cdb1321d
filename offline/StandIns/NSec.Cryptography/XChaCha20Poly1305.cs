namespace NSec.Cryptography;

/// <summary>XChaCha20-Poly1305.</summary>
/// <remarks>
/// References: draft-irtf-cfrg-xchacha-03, RFC 5116. Key 32 bytes, nonce 24 bytes, tag 16 bytes; the ciphertext is the tag longer
/// than the plaintext.
/// </remarks>
public sealed unsafe class XChaCha20Poly1305 : AeadAlgorithm
{
    /// <summary>
    /// Makes another instance. Keys of one instance do not fit another: use <see cref="AeadAlgorithm.XChaCha20Poly1305"/>.
    /// </summary>
    public XChaCha20Poly1305() : base(keySize: 32, nonceSize: 24, tagSize: 16)
    {
    }

    internal override SecureMemory CreateSecret(ReadOnlySpan<byte> raw, out PublicKey? publicKey)
    {
        publicKey = null;
        return SecureMemory.CopyOf(raw);
    }

    private protected override void EncryptCore(SecureMemory secret, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData,
        ReadOnlySpan<byte> plaintext, Span<byte> ciphertext)
    {
        using var lease = secret.Use();
        fixed (byte* n = nonce, ad = associatedData, p = plaintext, c = ciphertext)
        {
            if (Libsodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
                    c, null, p, (ulong)plaintext.Length, ad, (ulong)associatedData.Length, null, n, lease.Pointer) != 0)
                throw Error.Internal();
        }
    }

    private protected override bool DecryptCore(SecureMemory secret, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData,
        ReadOnlySpan<byte> ciphertext, Span<byte> plaintext)
    {
        using var lease = secret.Use();
        fixed (byte* n = nonce, ad = associatedData, p = plaintext, c = ciphertext)
        {
            return Libsodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
                p, null, null, c, (ulong)ciphertext.Length, ad, (ulong)associatedData.Length, n, lease.Pointer) == 0;
        }
    }
}
