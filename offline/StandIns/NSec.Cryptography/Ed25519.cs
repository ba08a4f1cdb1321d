namespace NSec.Cryptography;

/// <summary>Ed25519 in pure mode.</summary>
/// <remarks>
/// Reference: RFC 8032. Private key 32 bytes (the seed; libsodium keeps seed and public key, 64 bytes), public key 32 bytes,
/// signature 64 bytes.
/// </remarks>
public sealed unsafe class Ed25519 : SignatureAlgorithm
{
    private const int ExpandedKeySize = 64;

    /// <summary>Makes another instance. Keys of one instance do not fit another: use <see cref="SignatureAlgorithm.Ed25519"/>.</summary>
    public Ed25519() : base(privateKeySize: 32, publicKeySize: 32, signatureSize: 64)
    {
    }

    internal override SecureMemory CreateSecret(ReadOnlySpan<byte> raw, out PublicKey? publicKey)
    {
        var secret = SecureMemory.Allocate(ExpandedKeySize);
        var bytes = new byte[PublicKeySize];
        using (var lease = secret.Use())
        {
            fixed (byte* seed = raw, pk = bytes)
            {
                if (Libsodium.crypto_sign_ed25519_seed_keypair(pk, lease.Pointer, seed) != 0)
                    throw Error.Internal();
            }
        }

        publicKey = new PublicKey(this, bytes);
        return secret;
    }

    private protected override void SignCore(SecureMemory secret, ReadOnlySpan<byte> data, Span<byte> signature)
    {
        using var lease = secret.Use();
        fixed (byte* message = data, result = signature)
        {
            if (Libsodium.crypto_sign_ed25519_detached(result, null, message, (ulong)data.Length, lease.Pointer) != 0)
                throw Error.Internal();
        }
    }

    private protected override bool VerifyCore(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        fixed (byte* pk = publicKey, message = data, sig = signature)
            return Libsodium.crypto_sign_ed25519_verify_detached(sig, message, (ulong)data.Length, pk) == 0;
    }
}
