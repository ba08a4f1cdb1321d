using NSec.Cryptography;

namespace AtpKeyserver.Tests.Unit.Crypto;

/// <summary>Import, export and disposal of keys.</summary>
public sealed class KeyTests
{
    public static TheoryData<string> Algorithms => new("Ed25519", "XChaCha20Poly1305");

    [Theory, MemberData(nameof(Algorithms))]
    public void A_key_is_not_exportable_by_default(string name)
    {
        var (algorithm, format) = Find(name);
        using var key = Key.Create(algorithm);

        Assert.Equal(KeyExportPolicies.None, key.ExportPolicy);
        Assert.Throws<InvalidOperationException>(() => key.Export(format));
        Assert.Throws<InvalidOperationException>(() => key.TryExport(format, new byte[32], out _));
    }

    [Theory, MemberData(nameof(Algorithms))]
    public void An_exportable_key_round_trips(string name)
    {
        var (algorithm, format) = Find(name);
        using var key =
            Key.Create(algorithm, new KeyCreationParameters { ExportPolicy = KeyExportPolicies.AllowPlaintextExport });
        var raw = key.Export(format);
        using var again = Key.Import(algorithm, raw, format,
            new KeyCreationParameters { ExportPolicy = KeyExportPolicies.AllowPlaintextExport });
        var into = new byte[40];

        Assert.Equal(32, raw.Length);
        Assert.Equal(raw, again.Export(format));
        Assert.True(again.TryExport(format, into, out var size));
        Assert.Equal(raw, into[..size]);
        Assert.False(again.TryExport(format, new byte[31], out size));
        Assert.Equal(32, size);
        Assert.Equal(32, key.GetExportBlobSize(format));
        Assert.True(Key.TryImport(algorithm, raw, format, out var third));
        third!.Dispose();
        Assert.False(Key.TryImport(algorithm, raw.AsSpan(1), format, out third));
        Assert.Null(third);
    }

    [Theory, MemberData(nameof(Algorithms))]
    public void An_archivable_key_is_exported_once(string name)
    {
        var (algorithm, format) = Find(name);
        using var key = Key.Create(
            algorithm, new KeyCreationParameters { ExportPolicy = KeyExportPolicies.AllowPlaintextArchiving });

        Assert.Equal(32, key.Export(format).Length);
        Assert.Throws<InvalidOperationException>(() => key.Export(format));
    }

    [Theory, MemberData(nameof(Algorithms))]
    public void A_disposed_key_throws(string name)
    {
        var (algorithm, format) = Find(name);
        var key =
            Key.Create(algorithm, new KeyCreationParameters { ExportPolicy = KeyExportPolicies.AllowPlaintextExport });
        key.Dispose();
        key.Dispose();

        Assert.Throws<ObjectDisposedException>(() => key.Export(format));
        Assert.Throws<ObjectDisposedException>(() => _ = algorithm switch
        {
            Ed25519 signing => signing.Sign(key, []),
            _ => AeadAlgorithm.XChaCha20Poly1305.Encrypt(key, new byte[24], [], []),
        });
    }

    [Fact]
    public void Only_a_key_pair_has_a_public_key()
    {
        using var pair = Key.Create(SignatureAlgorithm.Ed25519);
        using var symmetric = new Key(AeadAlgorithm.XChaCha20Poly1305);

        Assert.True(pair.HasPublicKey);
        Assert.Equal(pair.PublicKey.Export(KeyBlobFormat.RawPublicKey), pair.Export(KeyBlobFormat.RawPublicKey));
        Assert.False(symmetric.HasPublicKey);
        Assert.Throws<InvalidOperationException>(() => symmetric.PublicKey);
        Assert.Throws<ArgumentException>(() => symmetric.Export(KeyBlobFormat.RawPublicKey));
    }

    [Fact]
    public void ToString_contains_no_key_material()
    {
        using var key = Key.Create(SignatureAlgorithm.Ed25519);

        Assert.Equal("NSec.Cryptography.Key", key.ToString());
        Assert.Equal("NSec.Cryptography.PublicKey", key.PublicKey.ToString());
    }

    private static (Algorithm Algorithm, KeyBlobFormat Format) Find(string name) => name == "Ed25519"
        ? (SignatureAlgorithm.Ed25519, KeyBlobFormat.RawPrivateKey)
        : (AeadAlgorithm.XChaCha20Poly1305, KeyBlobFormat.RawSymmetricKey);
}
