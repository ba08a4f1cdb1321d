using System.Text;
using System.Text.Json;
using NSec.Cryptography;

namespace AtpKeyserver.Tests.Unit.Crypto;

/// <summary>
/// XChaCha20-Poly1305 against <c>Vectors/xchacha20-poly1305.json</c>, including the vector of
/// draft-irtf-cfrg-xchacha-03.
/// </summary>
public sealed class XChaCha20Poly1305Tests
{
    private const int NonceSize = 24;
    private static readonly XChaCha20Poly1305 Algorithm = AeadAlgorithm.XChaCha20Poly1305;
    private static readonly JsonElement File = Read();

    public static TheoryData<string> Positive => Names("vectors", "published");

    public static TheoryData<string> Negative => Names("negative");

    [Theory, MemberData(nameof(Positive))]
    public void Encryption_and_decryption_match_the_vector(string name)
    {
        var vector = Find(name, "vectors", "published");
        using var key = KeyOf(vector);
        var (nonce, sealedText) = Split(vector);
        var aad = Aad(vector);
        var plaintext = Hex(vector, "plaintextHex");
        var encrypted = new byte[plaintext.Length + Algorithm.TagSize];
        Algorithm.Encrypt(key, nonce, aad, plaintext, encrypted);
        var decrypted = new byte[plaintext.Length];

        Assert.Equal(Hex(vector, "nonceHex"), nonce);
        Assert.Equal(sealedText, encrypted);
        Assert.Equal(sealedText, Algorithm.Encrypt(key, nonce, aad, plaintext));
        Assert.Equal(plaintext, Algorithm.Decrypt(key, nonce, aad, sealedText));
        Assert.True(Algorithm.Decrypt(key, nonce, aad, sealedText, decrypted));
        Assert.Equal(plaintext, decrypted);
    }

    [Theory, MemberData(nameof(Negative))]
    public void Inauthentic_ciphertext_is_not_decrypted(string name)
    {
        var vector = Find(name, "negative");
        using var key = KeyOf(vector);
        if (vector.GetProperty("ciphertextHex").GetString()!.Length % 2 != 0)
        {
            // Malformed input is refused before decryption.
            Assert.Throws<FormatException>(() => Split(vector));
            return;
        }

        var (nonce, sealedText) = Split(vector);

        Assert.Null(Algorithm.Decrypt(key, nonce, Aad(vector), sealedText));
        var room = new byte[Math.Max(0, sealedText.Length - Algorithm.TagSize)];
        Assert.False(Algorithm.Decrypt(key, nonce, Aad(vector), sealedText, room));
    }

    [Fact]
    public void Encrypting_and_decrypting_work_in_place()
    {
        using var key = Key.Create(Algorithm);
        var nonce = new byte[NonceSize];
        var buffer = new byte[5 + Algorithm.TagSize];
        buffer[0] = 42;
        Algorithm.Encrypt(key, nonce, [], buffer.AsSpan(..5), buffer);

        Assert.True(Algorithm.Decrypt(key, nonce, [], buffer, buffer.AsSpan(..5)));
        Assert.Equal(42, buffer[0]);
    }

    [Fact]
    public void Sizes_and_arguments_are_checked()
    {
        using var key = Key.Create(Algorithm);
        using var other = Key.Create(SignatureAlgorithm.Ed25519);
        var nonce = new byte[NonceSize];

        Assert.Equal((32, 24, 16), (Algorithm.KeySize, Algorithm.NonceSize, Algorithm.TagSize));
        Assert.Throws<ArgumentNullException>(() => Algorithm.Encrypt(null!, nonce, [], []));
        Assert.Throws<ArgumentException>(() => Algorithm.Encrypt(other, nonce, [], []));
        Assert.Throws<ArgumentException>(() => Algorithm.Encrypt(key, nonce.AsSpan(1), [], []));
        Assert.Throws<ArgumentException>(() => Algorithm.Encrypt(key, nonce, [], [], new byte[15]));
        Assert.Throws<ArgumentException>(() => Algorithm.Decrypt(other, nonce, [], []));
        Assert.Throws<ArgumentException>(() => Algorithm.Decrypt(key, nonce, [], new byte[16], new byte[1]));
        Assert.Null(Algorithm.Decrypt(key, nonce.AsSpan(1), [], new byte[16]));
        Assert.Null(Algorithm.Decrypt(key, nonce, [], new byte[15]));
        var shared = new byte[64];
        Assert.Throws<ArgumentException>(
            () => Algorithm.Encrypt(key, nonce, [], shared.AsSpan(1, 8), shared.AsSpan(0, 24)));
        Assert.Throws<ArgumentException>(
            () => Algorithm.Decrypt(key, nonce, [], shared.AsSpan(0, 24), shared.AsSpan(1, 8)));
    }

    private static JsonElement Read()
    {
        var path = Path.Combine(AppContext.BaseDirectory, "Vectors", "xchacha20-poly1305.json");
        return JsonElement.Parse(System.IO.File.ReadAllBytes(path));
    }

    private static TheoryData<string> Names(params string[] lists) =>
        [.. lists.SelectMany(list => File.GetProperty(list).EnumerateArray())
            .Select(vector => vector.GetProperty("name").GetString()!)];

    private static JsonElement Find(string name, params string[] lists) =>
        lists.SelectMany(list => File.GetProperty(list).EnumerateArray())
            .Single(vector => vector.GetProperty("name").ValueEquals(name));

    private static byte[] Hex(JsonElement vector, string member) =>
        Convert.FromHexString(vector.GetProperty(member).GetString()!);

    private static byte[] Aad(JsonElement vector) =>
        vector.TryGetProperty("aadHex", out var hex)
            ? Convert.FromHexString(hex.GetString()!)
            : Encoding.UTF8.GetBytes(vector.GetProperty("aad").GetString()!);

    private static Key KeyOf(JsonElement vector) =>
        Key.Import(Algorithm, Hex(vector, "keyHex"), KeyBlobFormat.RawSymmetricKey);

    private static (byte[] Nonce, byte[] Sealed) Split(JsonElement vector)
    {
        var all = Hex(vector, "ciphertextHex");
        return all.Length < NonceSize ? (all, []) : (all[..NonceSize], all[NonceSize..]);
    }
}
