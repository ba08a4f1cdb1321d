using System.Security.Cryptography;
using System.Text;
using AtpKeyserver.Crypto;
using AtpKeyserver.Tlog;

namespace AtpKeyserver.Transparency;

/// <summary>
/// The keys of the log: it signs checkpoints with two, and computes labels with the third. All are derived from one key
/// of the keyring and never change.
/// </summary>
public sealed class LogKeys
{
    /// <param name="origin">The log's origin, which is also the name of its keys.</param>
    /// <param name="key">From the keyring.</param>
    public LogKeys(string origin, SealingKey key)
    {
        Origin = origin;
        Signer = Derive(key, "signer", seed => new NoteSigner(origin, seed));
        Cosigner = Derive(key, "cosigner", seed => new Cosigner(origin, seed));
        Vrf = DeriveVrf(key);
    }

    public string Origin { get; }

    /// <summary>Signs checkpoints.</summary>
    public NoteSigner Signer { get; }

    /// <summary>Signs checkpoints with a time.</summary>
    public Cosigner Cosigner { get; }

    /// <summary>Computes labels.</summary>
    public VrfSecretKey Vrf { get; }

    private static T Derive<T>(SealingKey key, string name, Func<byte[], T> create)
    {
        var seed = Mac(key, name);
        try
        {
            return create(seed);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
        }
    }

    private static VrfSecretKey DeriveVrf(SealingKey key)
    {
        var (first, second) = (Mac(key, "vrf 1"), Mac(key, "vrf 2"));
        Span<byte> uniform = stackalloc byte[2 * SealingKey.MacLength];
        first.CopyTo(uniform);
        second.CopyTo(uniform[SealingKey.MacLength..]);
        var derived = VrfSecretKey.Derive(uniform);
        CryptographicOperations.ZeroMemory(uniform);
        CryptographicOperations.ZeroMemory(first);
        CryptographicOperations.ZeroMemory(second);
        return derived;
    }

    private static byte[] Mac(SealingKey key, string name) => key.Mac(Encoding.ASCII.GetBytes($"tlog {name}"));
}
