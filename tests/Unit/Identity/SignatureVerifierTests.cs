using System.Numerics;
using System.Security.Cryptography;
using AtpKeyserver.Identity.Signatures;

namespace AtpKeyserver.Tests.Unit.Identity;

/// <summary>Both ES256K implementations accept the same signatures.</summary>
public class SignatureVerifierTests
{
    private static readonly BigInteger Order = BigInteger.Parse(
        "0FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141",
            System.Globalization.NumberStyles.HexNumber);

    [Fact]
    public void Libsecp256k1_is_installed() =>
        Assert.True(LibSecp256k1.IsLoaded,
            "libsecp256k1 is missing: ./test.sh installs it, as does 'apt-get install libsecp256k1-1'.");

    [Fact]
    public void Both_accept_low_and_high_s_and_refuse_changed_bytes()
    {
        for (var i = 0; i < 50; i++)
        {
            using var signer = Documents.NewKey(EcCurve.Secp256k1);
            var hash = SHA256.HashData([(byte)i]);
            var signature = signer.SignHash(hash);
            foreach (var verifier in Verifiers(signer))
            {
                Assert.True(verifier.Verify(hash, signature));
                Assert.True(verifier.Verify(hash, WithOtherS(signature)));
                Assert.False(verifier.Verify(Changed(hash, i % 32), signature));
                Assert.False(verifier.Verify(hash, Changed(signature, i)));
            }
        }
    }

    [Fact]
    public void Both_agree_on_edge_cases()
    {
        using var signer = Documents.NewKey(EcCurve.Secp256k1);
        var verifiers = Verifiers(signer);
        BigInteger[] scalars = [BigInteger.One, 2, Order / 2, Order / 2 + 1, Order - 2, Order - 1];
        byte[][] hashes =
            [new byte[32], SHA256.HashData([1]), Bytes(Order), Bytes(Order - 1), [.. Enumerable.Repeat((byte)255, 32)]];
        foreach (var hash in hashes)
        {
            foreach (var verifier in verifiers)
                Assert.True(verifier.Verify(hash, signer.SignHash(hash)));
            foreach (var r in scalars)
            {
                foreach (var s in scalars)
                    Assert.Single(
                        verifiers.Select(verifier => verifier.Verify(hash, [.. Bytes(r), .. Bytes(s)])).Distinct());
            }
        }
    }

    private static ISignatureVerifier[] Verifiers(ECDsa signer)
    {
        var xy = Documents.Uncompressed(signer)[1..];
        return [new FrameworkVerifier(EcCurve.Secp256k1, xy), new Secp256k1Verifier(xy)];
    }

    private static byte[] WithOtherS(byte[] signature) =>
        [.. signature[..32],
            .. Bytes(Order - new BigInteger(signature.AsSpan(32), isUnsigned: true, isBigEndian: true))];

    private static byte[] Changed(byte[] bytes, int at)
    {
        var changed = (byte[])bytes.Clone();
        changed[at] ^= 1;
        return changed;
    }

    private static byte[] Bytes(BigInteger number)
    {
        var bytes = new byte[32];
        var used = number.ToByteArray(isUnsigned: true, isBigEndian: true);
        used.CopyTo(bytes, 32 - used.Length);
        return bytes;
    }
}
