using System.Runtime.InteropServices;
using System.Security.Cryptography;
using AtpKeyserver.Concurrency;
using AtpKeyserver.Identity.Signatures;

namespace AtpKeyserver.Authentication;

/// <summary>
/// Verified tokens by SHA-256 digest, because clients reuse a token for its 60 s. The token itself is not stored. An
/// entry is valid until <c>exp</c>, for the same method, and while the key object that verified it is its issuer's
/// current one.
/// </summary>
public sealed class VerifiedTokenCache
{
    /// <summary>About 8 MB.</summary>
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
    /// 32 bytes. Lookups may compare in variable time: token hashes cannot be chosen, so a matching prefix reveals
    /// nothing.
    /// </summary>
    public readonly record struct Digest(ulong A, ulong B, ulong C, ulong D)
    {
        /// <summary>Seeded per process, so that clients cannot search for tokens that collide.</summary>
        public override int GetHashCode() => HashCode.Combine(A, B);
    }
}
