using NSec.Cryptography;

namespace AtpKeyserver.Tests.Unit.Crypto;

/// <summary>Ed25519 against RFC 8032, section 7.1.</summary>
public sealed class Ed25519Tests
{
    private static readonly Ed25519 Algorithm = SignatureAlgorithm.Ed25519;

    /// <summary>Tests 1, 2, 3 and SHA(abc): seed, public key, message, signature.</summary>
    public static TheoryData<string, string, string, string> Rfc8032 => new()
    {
        {
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
            + "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        },
        {
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        },
        {
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
            + "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        },
        {
            "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
            "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
            + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
            "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589"
            + "09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704"
        },
    };

    [Theory, MemberData(nameof(Rfc8032))]
    public void Signatures_match_the_published_vectors(string seed, string publicKey, string message, string signature)
    {
        using var key = Key.Import(Algorithm, Convert.FromHexString(seed), KeyBlobFormat.RawPrivateKey);
        var data = Convert.FromHexString(message);
        var into = new byte[Algorithm.SignatureSize];
        Algorithm.Sign(key, data, into);

        Assert.Equal(publicKey, Convert.ToHexStringLower(key.PublicKey.Export(KeyBlobFormat.RawPublicKey)));
        Assert.Equal(signature, Convert.ToHexStringLower(Algorithm.Sign(key, data)));
        Assert.Equal(signature, Convert.ToHexStringLower(into));
        var imported = PublicKey.Import(Algorithm, Convert.FromHexString(publicKey), KeyBlobFormat.RawPublicKey);
        Assert.Equal(key.PublicKey, imported);
        Assert.True(Algorithm.Verify(imported, data, into));
    }

    [Fact]
    public void A_signature_with_any_flipped_bit_is_invalid()
    {
        using var key = Key.Create(Algorithm);
        byte[] data = [1, 2, 3];
        var signature = Algorithm.Sign(key, data);
        for (var bit = 0; bit < signature.Length * 8; bit++)
        {
            var turned = signature.ToArray();
            turned[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(Algorithm.Verify(key.PublicKey, data, turned));
        }

        Assert.False(Algorithm.Verify(key.PublicKey, [1, 2, 4], signature));
        Assert.False(Algorithm.Verify(key.PublicKey, data, signature.AsSpan(..63)));
        Assert.False(Algorithm.Verify(key.PublicKey, data, []));
    }

    [Fact]
    public void Sizes_and_arguments_are_checked()
    {
        using var key = Key.Create(Algorithm);
        using var other = Key.Create(AeadAlgorithm.XChaCha20Poly1305);

        Assert.Throws<ArgumentNullException>(() => Algorithm.Sign(null!, []));
        Assert.Throws<ArgumentException>(() => Algorithm.Sign(other, []));
        Assert.Throws<ArgumentException>(() => Algorithm.Sign(key, [], new byte[63]));
        Assert.Throws<ArgumentNullException>(() => Algorithm.Verify(null!, [], []));
        Assert.Throws<FormatException>(() => Key.Import(Algorithm, new byte[31], KeyBlobFormat.RawPrivateKey));
        Assert.Throws<ArgumentException>(() => Key.Import(Algorithm, new byte[32], KeyBlobFormat.RawSymmetricKey));
        Assert.Throws<FormatException>(() => PublicKey.Import(Algorithm, new byte[33], KeyBlobFormat.RawPublicKey));
        Assert.Throws<ArgumentException>(() => PublicKey.Import(Algorithm, new byte[32], KeyBlobFormat.RawPrivateKey));
        Assert.False(PublicKey.TryImport(Algorithm, [], KeyBlobFormat.RawPublicKey, out var none));
        Assert.Null(none);
    }
}
