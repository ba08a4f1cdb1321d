using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace AtpKeyserver.Tlog;

/// <summary>
/// Verifies outputs of ECVRF-RISTRETTO255-SHA512. A key is valid if it is an element other than the identity, so
/// <c>validate_key</c> is always true. <see href="https://c2sp.org/vrf-r255"/>
/// </summary>
public sealed class VrfPublicKey
{
    /// <summary>In bytes.</summary>
    public const int Size = Ristretto255.Size;

    private readonly byte[] _bytes;

    internal VrfPublicKey(ReadOnlySpan<byte> bytes) => _bytes = bytes.ToArray();

    /// <summary>The 32 bytes.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes;

    /// <summary>Reads a key and validates it (ECVRF_validate_key).</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out VrfPublicKey? key)
    {
        var valid = bytes.Length == Size && !Ristretto255.IsIdentity(bytes) && Ristretto255.IsElement(bytes);
        key = valid ? new VrfPublicKey(bytes) : null;
        return valid;
    }

    /// <summary>ECVRF_verify.</summary>
    /// <param name="alpha">The input.</param>
    /// <param name="proof">The proof.</param>
    /// <param name="output">The 64 bytes that belong to the input, if the proof is valid.</param>
    public bool TryVerify(ReadOnlySpan<byte> alpha, VrfProof proof, [NotNullWhen(true)] out byte[]? output)
    {
        ArgumentNullException.ThrowIfNull(proof);
        Span<byte> element = stackalloc byte[Ristretto255.Size];
        Span<byte> u = stackalloc byte[Ristretto255.Size];
        Span<byte> v = stackalloc byte[Ristretto255.Size];
        Span<byte> challenge = stackalloc byte[VrfHash.ChallengeSize];
        VrfHash.ToElement(_bytes, alpha, element);
        Ristretto255.MultiplyBase(proof.Scalar, u);
        SubtractProduct(u, proof.Challenge, _bytes);
        Ristretto255.Multiply(proof.Scalar, element, v);
        SubtractProduct(v, proof.Challenge, proof.Gamma);
        VrfHash.ToChallenge(_bytes, element, proof.Gamma, u, v, challenge);
        output = CryptographicOperations.FixedTimeEquals(challenge, proof.Challenge) ? proof.ToOutput() : null;
        return output is not null;
    }

    /// <summary>element - challenge · factor, in place.</summary>
    private static void SubtractProduct(Span<byte> element, ReadOnlySpan<byte> challenge, ReadOnlySpan<byte> factor)
    {
        Span<byte> scalar = stackalloc byte[Ristretto255.Size];
        Span<byte> product = stackalloc byte[Ristretto255.Size];
        scalar.Clear();
        challenge.CopyTo(scalar);
        Ristretto255.Multiply(scalar, factor, product);
        Ristretto255.Subtract(element, product, element);
    }
}
