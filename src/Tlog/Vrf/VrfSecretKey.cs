using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace AtpKeyserver.Tlog;

/// <summary>
/// A secret key of ECVRF-RISTRETTO255-SHA512: a scalar other than 0. It is zeroed when disposed.
/// <see href="https://c2sp.org/vrf-r255"/>
/// </summary>
public sealed class VrfSecretKey : IDisposable
{
    /// <summary>In bytes.</summary>
    public const int Size = Ristretto255.Size;

    /// <summary>Pinned, so that the garbage collector leaves no copies.</summary>
    private readonly byte[] _scalar = GC.AllocateUninitializedArray<byte>(Size, pinned: true);

    private VrfSecretKey(ReadOnlySpan<byte> scalar)
    {
        scalar.CopyTo(_scalar);
        Span<byte> publicKey = stackalloc byte[VrfPublicKey.Size];
        Ristretto255.MultiplyBase(_scalar, publicKey);
        PublicKey = new VrfPublicKey(publicKey);
    }

    /// <summary>The public key.</summary>
    public VrfPublicKey PublicKey { get; }

    /// <summary>A new key: 64 random bytes modulo the group order.</summary>
    public static VrfSecretKey Generate()
    {
        Span<byte> uniform = stackalloc byte[Ristretto255.UniformSize];
        RandomNumberGenerator.Fill(uniform);
        var key = Derive(uniform);
        CryptographicOperations.ZeroMemory(uniform);
        return key;
    }

    /// <summary>Derives a key from 64 bytes that cannot be told from random ones, modulo the group order.</summary>
    /// <param name="uniform">The bytes. The caller zeroes them.</param>
    /// <exception cref="ArgumentException">There are not exactly 64 bytes.</exception>
    public static VrfSecretKey Derive(ReadOnlySpan<byte> uniform)
    {
        if (uniform.Length != Ristretto255.UniformSize)
            throw new ArgumentException($"A key is derived from {Ristretto255.UniformSize} bytes.", nameof(uniform));
        Span<byte> scalar = stackalloc byte[Size];
        Ristretto255.Reduce(uniform, scalar);
        var key = new VrfSecretKey(scalar);
        CryptographicOperations.ZeroMemory(scalar);
        return key;
    }

    /// <summary>Imports a stored key: a scalar from 1 to the group order - 1, little-endian, 32 bytes.</summary>
    public static bool TryImport(ReadOnlySpan<byte> scalar, [NotNullWhen(true)] out VrfSecretKey? key)
    {
        var valid = scalar.Length == Size && Ristretto255.IsScalar(scalar) && !IsZero(scalar);
        key = valid ? new VrfSecretKey(scalar) : null;
        return valid;
    }

    /// <summary>Writes the 32 bytes for <see cref="TryImport"/>. The caller zeroes them.</summary>
    /// <exception cref="ObjectDisposedException">The key was disposed.</exception>
    /// <exception cref="ArgumentException">There are less than 32 bytes.</exception>
    public void Export(Span<byte> scalar)
    {
        _scalar.CopyTo(scalar);
        ObjectDisposedException.ThrowIf(IsZero(scalar[..Size]), this);
    }

    /// <summary>ECVRF_prove. The proof is always the same for one input.</summary>
    /// <exception cref="ObjectDisposedException">The key was disposed.</exception>
    public VrfProof Prove(ReadOnlySpan<byte> alpha)
    {
        // A copy: zeroing the key between the steps, by another thread, would make a proof that reveals the nonce.
        Span<byte> secret = stackalloc byte[Size];
        Export(secret);
        var publicKey = PublicKey.Bytes.Span;
        Span<byte> element = stackalloc byte[Ristretto255.Size];
        Span<byte> gamma = stackalloc byte[Ristretto255.Size];
        Span<byte> nonce = stackalloc byte[Ristretto255.Size];
        Span<byte> u = stackalloc byte[Ristretto255.Size];
        Span<byte> v = stackalloc byte[Ristretto255.Size];
        Span<byte> challenge = stackalloc byte[Ristretto255.Size];
        Span<byte> response = stackalloc byte[Ristretto255.Size];
        challenge.Clear();
        VrfHash.ToElement(publicKey, alpha, element);
        Ristretto255.Multiply(secret, element, gamma);
        VrfHash.ToNonce(secret, element, nonce);
        Ristretto255.MultiplyBase(nonce, u);
        Ristretto255.Multiply(nonce, element, v);
        VrfHash.ToChallenge(publicKey, element, gamma, u, v, challenge[..VrfHash.ChallengeSize]);
        Ristretto255.MultiplyAdd(challenge, secret, nonce, response);
        CryptographicOperations.ZeroMemory(nonce);
        CryptographicOperations.ZeroMemory(secret);
        return VrfProof.From(gamma, challenge[..VrfHash.ChallengeSize], response);
    }

    /// <summary>Zeroes the key.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(_scalar);

    private static bool IsZero(ReadOnlySpan<byte> bytes) => bytes.IndexOfAnyExcept((byte)0) < 0;
}
