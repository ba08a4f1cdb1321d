using System.Security.Cryptography;

namespace AtpKeyserver.Identity.Signatures;

/// <summary>
/// Verifies with System.Security.Cryptography. An <see cref="ECDsa"/> isn't documented to be safe for concurrent use, so a caller takes the spare
/// one out of its slot, or imports another. An import costs more than a verification (0.36 ms secp256k1, 0.08 ms P-256 over OpenSSL 3) and holds about 10 KB of native
/// memory, hence the ring: at most <see cref="MaxImported"/> keys stay imported, the oldest import is given up first.
/// </summary>
internal sealed class FrameworkVerifier(EcCurve curve, byte[] xy) : ISignatureVerifier
{
    /// <summary>20 MB of native memory at the most.</summary>
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
            oldest.GiveUp();
        return ecdsa;
    }

    private void GiveUp() => Interlocked.Exchange(ref _spare, null)?.Dispose();
}
