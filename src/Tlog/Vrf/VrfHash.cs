using System.Security.Cryptography;

namespace AtpKeyserver.Tlog;

/// <summary>
/// The uses of SHA-512 in ECVRF-RISTRETTO255-SHA512, each with its own separator.
/// <see href="https://c2sp.org/vrf-r255"/>
/// </summary>
internal static class VrfHash
{
    /// <summary>cLen, in bytes.</summary>
    public const int ChallengeSize = 16;

    private const byte Challenge = 0x02;
    private const byte Output = 0x03;
    private const byte Nonce = 0x81;
    private const byte Element = 0x82;
    private const byte End = 0x00;

    /// <summary><c>suite_string</c>: 0xFF ‖ <c>c2sp.org/vrf-r255</c>.</summary>
    private static ReadOnlySpan<byte> Suite =>
        [0xFF, 0x63, 0x32, 0x73, 0x70, 0x2E, 0x6F, 0x72, 0x67, 0x2F, 0x76, 0x72, 0x66, 0x2D, 0x72, 0x32, 0x35, 0x35];

    /// <summary>The suite and a separator, in bytes.</summary>
    private static int PrefixSize => Suite.Length + 1;

    /// <summary>ECVRF_encode_to_curve.</summary>
    public static void ToElement(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> alpha, Span<byte> element)
    {
        Span<byte> hash = stackalloc byte[SHA512.HashSizeInBytes];
        using var sha = Begin(Element);
        sha.AppendData(publicKey);
        sha.AppendData(alpha);
        sha.GetHashAndReset(hash);
        Ristretto255.FromUniform(hash, element);
    }

    /// <summary>ECVRF_nonce_generation. The buffers that held secrets are zeroed.</summary>
    public static void ToNonce(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> element, Span<byte> nonce)
    {
        Span<byte> data = stackalloc byte[PrefixSize + 2 * Ristretto255.Size];
        WritePrefix(Nonce, data);
        secret.CopyTo(data[PrefixSize..]);
        element.CopyTo(data[(PrefixSize + Ristretto255.Size)..]);
        Span<byte> hash = stackalloc byte[SHA512.HashSizeInBytes];
        SHA512.HashData(data, hash);
        Ristretto255.Reduce(hash, nonce);
        CryptographicOperations.ZeroMemory(data);
        CryptographicOperations.ZeroMemory(hash);
    }

    /// <summary>ECVRF_challenge_generation (RFC 9381, section 5.4.3): 16 bytes.</summary>
    public static void ToChallenge(
        ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> element, ReadOnlySpan<byte> gamma, ReadOnlySpan<byte> u,
        ReadOnlySpan<byte> v, Span<byte> challenge)
    {
        Span<byte> hash = stackalloc byte[SHA512.HashSizeInBytes];
        using var sha = Begin(Challenge);
        sha.AppendData(publicKey);
        sha.AppendData(element);
        sha.AppendData(gamma);
        sha.AppendData(u);
        sha.AppendData(v);
        sha.AppendData([End]);
        sha.GetHashAndReset(hash);
        hash[..ChallengeSize].CopyTo(challenge);
    }

    /// <summary>ECVRF_proof_to_hash (RFC 9381, section 5.2), with cofactor 1: 64 bytes.</summary>
    public static void ToOutput(ReadOnlySpan<byte> gamma, Span<byte> output)
    {
        Span<byte> data = stackalloc byte[PrefixSize + Ristretto255.Size + 1];
        WritePrefix(Output, data);
        gamma.CopyTo(data[PrefixSize..]);
        data[^1] = End;
        SHA512.HashData(data, output);
    }

    private static IncrementalHash Begin(byte separator)
    {
        Span<byte> prefix = stackalloc byte[PrefixSize];
        WritePrefix(separator, prefix);
        var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
        sha.AppendData(prefix);
        return sha;
    }

    private static void WritePrefix(byte separator, Span<byte> data)
    {
        Suite.CopyTo(data);
        data[Suite.Length] = separator;
    }
}
