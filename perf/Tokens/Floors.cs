using System.Security.Cryptography;
using System.Text;
using AtpKeyserver.Identity.Signatures;

namespace AtpKeyserver.Perf.Tokens;

/// <summary>The minimum work for a token.</summary>
internal static class Floors
{
    /// <summary>Verifies one signature with an imported key.</summary>
    public static Action<int> VerifyHash(EcCurve curve)
    {
        using var signer = ECDsa.Create(CurveDomain.Of(curve).Named);
        var hash = SHA256.HashData("header.payload"u8);
        var signature = signer.SignHash(hash);
        var key = ECDsa.Create(signer.ExportParameters(includePrivateParameters: false));
        return _ =>
        {
            if (!key.VerifyHash(hash, signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation))
                throw new InvalidOperationException("A valid signature was rejected.");
        };
    }

    /// <summary>Hashes the token's bytes, as for its cache key.</summary>
    public static Action<int> Hash(string token)
    {
        var bytes = Encoding.ASCII.GetBytes(token);
        return _ =>
        {
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(bytes, hash);
        };
    }
}
