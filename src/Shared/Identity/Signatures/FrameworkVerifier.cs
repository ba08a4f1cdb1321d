using System.Security.Cryptography;

namespace AtpKeyserver.Identity.Signatures;

/// <summary>
/// Verifies with System.Security.Cryptography. <see cref="ECDsa"/> is not documented as thread-safe, so each caller
/// takes the cached instance or imports another. An import costs more than a verification (0.36 ms for secp256k1, 0.08
/// ms for P-256 with OpenSSL 3) and holds about 10 KB of native memory, so a ring keeps at most
/// <see cref="MaxImported"/> imported keys and evicts the oldest.
/// </summary>
internal sealed class FrameworkVerifier(EcCurve curve, byte[] xy) : ISignatureVerifier
{
    /// <summary>At most 20 MB of native memory.</summary>
    public const int MaxImported = 2048;

    private static readonly FrameworkVerifier?[] Imported = new FrameworkVerifier?[MaxImported];
    private static uint _imports;

    private ECDsa? _spare;

    public bool Verify(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature)
    {
        var ecdsa = Interlocked.Exchange(ref _spare, null) ?? Import();
        var intact = false;
        try
        {
            var valid = ecdsa.VerifyHash(hash, signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
            intact = true;
            return valid;
        }
        finally
        {
            if (!intact || Interlocked.CompareExchange(ref _spare, ecdsa, null) is not null)
                ecdsa.Dispose();
        }
    }

    private ECDsa Import()
    {
        var ecdsa = ECDsa.Create(new ECParameters
        {
            Curve = CurveDomain.Of(curve).Named,
            Q = new ECPoint { X = xy[..CurveDomain.Size], Y = xy[CurveDomain.Size..] },
        });
        var oldest = Interlocked.Exchange(ref Imported[Interlocked.Increment(ref _imports) % MaxImported], this);
        if (oldest is not null && oldest != this)
            oldest.Evict();
        return ecdsa;
    }

    private void Evict() => Interlocked.Exchange(ref _spare, null)?.Dispose();
}
