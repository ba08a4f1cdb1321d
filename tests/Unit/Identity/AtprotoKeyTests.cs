using System.Security.Cryptography;
using System.Text.Json;
using AtpKeyserver.Identity;
using AtpKeyserver.Identity.Signatures;

namespace AtpKeyserver.Tests.Unit.Identity;

public class AtprotoKeyTests
{
    [Theory]
    [InlineData(EcCurve.Secp256k1)]
    [InlineData(EcCurve.P256)]
    public void Reads_the_same_key_from_both_forms_of_a_point(EcCurve curve)
    {
        // Enough iterations to cover both parities of y.
        for (var i = 0; i < 20; i++)
        {
            using var key = Documents.NewKey(curve);
            var compressed = AtprotoKey.FromPoint(curve, Documents.Compressed(key));
            var uncompressed = AtprotoKey.FromPoint(curve, Documents.Uncompressed(key));
            var hash = SHA256.HashData([(byte)i]);

            Assert.True(compressed!.IsSameAs(uncompressed!));
            Assert.True(compressed.Verify(hash, key.SignHash(hash)));
            Assert.False(compressed.Verify(SHA256.HashData([255]), key.SignHash(hash)));
        }
    }

    [Fact]
    public void Decompresses_the_points_of_the_vectors()
    {
        using var file = JsonDocument.Parse(
            File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Vectors", "service-auth.json")));
        foreach (var entry in file.RootElement.GetProperty("keys").EnumerateObject())
        {
            if (!entry.Value.TryGetProperty("publicKeyMultibase", out var multikey))
                continue;
            var read = VerificationMethod.ReadKey("Multikey", multikey.GetString()!);
            var point = Convert.FromHexString(entry.Value.GetProperty("publicKeyUncompressedHex").GetString()!);
            Assert.True(read!.IsSameAs(AtprotoKey.FromPoint(read.Curve, point)!));
            Assert.Equal(entry.Value.GetProperty("jwtAlg").GetString() == "ES256K", read.Curve == EcCurve.Secp256k1);
        }
    }

    [Theory]
    // x³ + 7 has no root
    [InlineData(EcCurve.Secp256k1, "020000000000000000000000000000000000000000000000000000000000000005")]
    // nor has x³ − 3x + b
    [InlineData(EcCurve.P256, "020000000000000000000000000000000000000000000000000000000000000007")]
    // x = p + 1, 1 would be a point
    [InlineData(EcCurve.Secp256k1, "02FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFC30")]
    [InlineData(EcCurve.Secp256k1, "02FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF")]
    [InlineData(EcCurve.P256, "02FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF")]
    [InlineData(EcCurve.Secp256k1, "00")]
    [InlineData(EcCurve.Secp256k1, "")]
    [InlineData(EcCurve.P256, "04")]
    public void Refuses_a_point_that_is_not_on_the_curve(EcCurve curve, string hex) =>
        Assert.Null(AtprotoKey.FromPoint(curve, Convert.FromHexString(hex)));

    [Theory]
    [InlineData(EcCurve.Secp256k1)]
    [InlineData(EcCurve.P256)]
    public void Refuses_an_unsupported_encoding_of_a_point(EcCurve curve)
    {
        using var key = Documents.NewKey(curve);
        var whole = Documents.Uncompressed(key);
        var hybrid = (byte[])[(byte)(6 + (whole[64] & 1)), .. whole[1..]];
        var moved = (byte[])[.. whole[..64], (byte)(whole[64] ^ 1)];
        var other = curve == EcCurve.P256 ? EcCurve.Secp256k1 : EcCurve.P256;

        Assert.Null(AtprotoKey.FromPoint(curve, hybrid));
        Assert.Null(AtprotoKey.FromPoint(curve, moved));
        Assert.Null(AtprotoKey.FromPoint(other, whole));
        Assert.Null(AtprotoKey.FromPoint(curve, whole.AsSpan(0, 64)));
        Assert.Null(AtprotoKey.FromPoint(curve, [.. whole, 0]));
        Assert.Null(AtprotoKey.FromPoint(curve, whole.AsSpan(1)));
        Assert.Null(AtprotoKey.FromPoint(curve, [.. Documents.Compressed(key), 0]));
    }

    [Fact]
    public void Compares_keys_and_curves()
    {
        using var one = Documents.NewKey();
        using var two = Documents.NewKey();
        var key = AtprotoKey.FromPoint(EcCurve.Secp256k1, Documents.Compressed(one))!;

        Assert.False(key.IsSameAs(AtprotoKey.FromPoint(EcCurve.Secp256k1, Documents.Compressed(two))!));
        using var other = Documents.NewKey(EcCurve.P256);
        Assert.False(key.IsSameAs(AtprotoKey.FromPoint(EcCurve.P256, Documents.Compressed(other))!));
    }

    [Theory]
    [InlineData(EcCurve.Secp256k1)]
    [InlineData(EcCurve.P256)]
    public void Verifies_on_many_threads_at_once(EcCurve curve)
    {
        using var signer = Documents.NewKey(curve);
        var key = AtprotoKey.FromPoint(curve, Documents.Compressed(signer))!;
        var hashes = Enumerable.Range(0, 16).Select(i => SHA256.HashData([(byte)i]));
        var cases = hashes.Select(hash => (Hash: hash, Signature: signer.SignHash(hash))).ToArray();

        Parallel.For(0, 2_000, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            var (hash, signature) = cases[i % cases.Length];
            Assert.True(key.Verify(hash, signature));
            Assert.False(key.Verify(hash, cases[(i + 1) % cases.Length].Signature));
        });
    }

    [Fact]
    public void Verifies_after_its_import_was_evicted()
    {
        using var signer = Documents.NewKey(EcCurve.P256);
        var hash = SHA256.HashData([1]);
        var signature = signer.SignHash(hash);
        var keys = Enumerable.Range(0, FrameworkVerifier.MaxImported + 10)
            .Select(_ => AtprotoKey.FromPoint(EcCurve.P256, Documents.Uncompressed(signer))!).ToArray();

        Assert.All(keys, key => Assert.True(key.Verify(hash, signature)));
        Assert.All(keys[..20], key => Assert.True(key.Verify(hash, signature)));
    }
}
