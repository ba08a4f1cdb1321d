using System.Runtime.InteropServices;
using System.Security.Cryptography;
using AtpKeyserver.Concurrency;
using AtpKeyserver.Identity.Signatures;

namespace AtpKeyserver.Authentication;

/// <summary>
/// Tokens that were verified, by the SHA-256 of their bytes: clients use one for its 60 s, and the PDS can't be asked more often. The token
/// itself is not kept. An entry counts until <c>exp</c>, for the same method, and while the very key object that verified it is its
/// issuer's current one.
/// </summary>
internal sealed class VerifiedTokenCache
{
    /// <summary>Some 8 MB.</summary>
    public const int MaxTokens = 20_000;

    private readonly BoundedCache<Digest, Entry> _entries = new(MaxTokens);

    public static Digest DigestOf(ReadOnlySpan<byte> token)
    {
        var digest = default(Digest);
        SHA256.HashData(token, MemoryMarshal.AsBytes(new Span<Digest>(ref digest)));
        return digest;
    }

    public Entry? Find(Digest digest) => _entries.Find(digest);

    public void Add(Digest digest, Entry entry) => _entries.Set(digest, entry);

    public sealed record Entry(VerifiedToken Token, string Nsid, AtprotoKey Key);

    /// <summary>
    /// 32 bytes. A table look-up may compare them in variable time: nobody can choose a token's hash, so a prefix of one tells nothing.
    /// </summary>
    public readonly record struct Digest(ulong A, ulong B, ulong C, ulong D)
    {
        /// <summary>Seeded per process: who signs his own tokens could otherwise search for many that fall into one bucket.</summary>
        public override int GetHashCode() => HashCode.Combine(A, B);
    }
}
