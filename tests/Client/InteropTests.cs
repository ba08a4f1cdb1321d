using System.Security.Cryptography;
using System.Text.Json;
using AtpKeyserver.DevStack;
using NSec.Cryptography;

namespace AtpKeyserver.Tests.Client;

/// <summary>Content that crosses to @noble/ciphers in Node and back.</summary>
public sealed class InteropTests
{
    private static readonly int[] Lengths = [0, 1, 15, 16, 17, 63, 64, 65, 255, 1024, 65_537];

    [Fact]
    public async Task What_is_encrypted_here_decrypts_with_noble()
    {
        var cases = Cases();
        var read = await NodeAsync(cases.Select(one =>
        {
            using var key = Import(one.Key);
            var ciphertext = ContentCipher.Encrypt(key, one.Aad, one.Plaintext);
            return new { key = Convert.ToHexStringLower(one.Key), aad = one.Aad, ciphertext };
        }));
        Assert.Equal(cases.Select(one => Convert.ToHexStringLower(one.Plaintext)), read);
    }

    [Fact]
    public async Task What_noble_encrypts_decrypts_here()
    {
        var cases = Cases();
        var written = await NodeAsync(cases.Select(one => new
        {
            key = Convert.ToHexStringLower(one.Key), aad = one.Aad, plaintext = Convert.ToHexStringLower(one.Plaintext),
        }));
        Assert.All(cases.Zip(written), pair =>
        {
            using var key = Import(pair.First.Key);
            Assert.Equal(pair.First.Plaintext, ContentCipher.Decrypt(key, pair.First.Aad, pair.Second));
        });
    }

    private static (byte[] Key, string Aad, byte[] Plaintext)[] Cases() =>
    [
        .. Lengths.Select((length, i) => (
            RandomNumberGenerator.GetBytes(32),
            $"at://did:web:ñandú.example/app.bsky.feed.post/日本-{i}",
            RandomNumberGenerator.GetBytes(length))),
    ];

    private static Key Import(byte[] key) =>
        Key.Import(AeadAlgorithm.XChaCha20Poly1305, key, KeyBlobFormat.RawSymmetricKey);

    private static async Task<string[]> NodeAsync<T>(IEnumerable<T> cases)
    {
        var script = Path.Combine(AzuriteProcess.RepositoryRoot(), "tests", "Client", "Node", "noble.mjs");
        var (status, output, errors) = await Command.RunAsync("node", [script], JsonSerializer.Serialize(cases));
        Assert.True(status == 0, errors);
        return JsonSerializer.Deserialize<string[]>(output)!;
    }
}
